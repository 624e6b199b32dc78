#include "services/sync-engine/bus/bus.h"

#include "services/runtime/clock.h"
#include "services/sync-engine/bus/control.h"
#include "services/sync-engine/bus/publish.h"
#include "services/sync-engine/bus/sisters.h"

static int
start_publish(struct bus *b, const struct bus_options *opt)
{
    const struct publish_options publish = {.id = opt->identity.id,
                                            .endpoint = opt->hub.ingest,
                                            .progress = b->progress};

    return publish_start(&b->publish, &publish);
}

static int
start_control(struct bus *b, const struct bus_options *opt)
{
    const struct control_options control = {.id = opt->identity.id,
                                            .endpoint = opt->hub.control,
                                            .state_fd = opt->state_fd,
                                            .orders = opt->orders,
                                            .progress = b->progress};

    return control_start(&b->control, &control);
}

static int
start_sisters(struct bus *b, const struct bus_options *opt)
{
    const struct sisters_options sisters = {.id = opt->identity.id,
                                            .endpoint = opt->hub.feed,
                                            .progress = b->progress,
                                            .orders = opt->orders};

    return sisters_start(&b->sisters, &sisters);
}

int
bus_open(struct bus *b, const struct bus_options *opt)
{
    struct state base;
    const struct progress_options progress = {.base = &base,
                                              .now_ms = clock_monotonic_ms,
                                              .share_names = opt->share_names};
    int rc;

    *b = (struct bus){0};
    identity_fill(&base, &opt->identity);
    rc = progress_new(&b->progress, &progress);
    if (rc == 0 && opt->speaks)
        rc = start_publish(b, opt);
    if (rc == 0 && opt->listens)
        rc = start_control(b, opt);
    if (rc == 0 && opt->perceives)
        rc = start_sisters(b, opt);
    return rc;
}

void
bus_close(struct bus *b)
{
    control_stop(b->control);
    sisters_stop(b->sisters);
    publish_stop(b->publish);
    progress_free(b->progress);
    *b = (struct bus){0};
}
