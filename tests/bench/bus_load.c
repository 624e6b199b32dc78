/*
 * bus_load - the bus under load, from one process.
 *
 *   --role engines   as many engines as asked for, each with a socket of its
 *                    own, each publishing at the rate, spread evenly.  Ready
 *                    when all of them have been subscribed to.
 *   --role reader    one subscriber that reads everything and keeps nothing.
 *   --role join      a new subscriber, again and again: how long until it has
 *                    every engine?  One line of milliseconds each.
 */
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/runtime/program.h"
#include "tests/bench/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

static const struct option_row rows[] = {
    {.name = "role",
     .argument = "ROLE",
     .help = "What to be",
     .kind = OPTION_CHOICE,
     .choices = "engines|reader|join",
     .offset = offsetof(struct load_settings, role)},
    {.name = "via",
     .argument = "WAY",
     .help = "How a join learns the engines: asking the hub, or waiting",
     .fallback = "snapshot",
     .kind = OPTION_CHOICE,
     .choices = "snapshot|states",
     .offset = offsetof(struct load_settings, via)},
    {.name = "ingest",
     .argument = "ADDRESS",
     .help = "Where engines connect",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct load_settings, ingest)},
    {.name = "feed",
     .argument = "ADDRESS",
     .help = "Where subscribers connect",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct load_settings, feed)},
    {.name = "engines",
     .argument = "N",
     .help = "How many engines there are",
     .fallback = "1000",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = LOAD_ENGINES_MAX,
     .offset = offsetof(struct load_settings, engines)},
    {.name = "rate",
     .argument = "N",
     .help = "States a second of each engine",
     .fallback = "1",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct load_settings, rate)},
    {.name = "times",
     .argument = "N",
     .help = "Joins to measure",
     .fallback = "20",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = 100000,
     .offset = offsetof(struct load_settings, times)},
};

/* Two descriptors or more per engine. */
static void
raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int
setup(void *self, const void *options, int stop_fd)
{
    struct load *l = self;
    const struct load_settings *s = options;
    bool publishes = s->role != NULL && strcmp(s->role, "engines") == 0;

    l->settings = s;
    l->stop_fd = stop_fd;
    l->epoch_us = clock_wall_us();
    l->started_ms = clock_monotonic_ms();
    if (s->role == NULL || (publishes ? s->ingest : s->feed) == NULL) {
        log_line(LOG_ERROR, "--role, and --ingest or --feed, must be given");
        return PROGRAM_CONFIG;
    }
    raise_limits();
    l->context = peer_context_new(1);
    if (l->context == NULL)
        return -ENOMEM;
    return zmq_ctx_set(l->context, ZMQ_MAX_SOCKETS, LOAD_ENGINES_MAX + 16) == 0
               ? 0
               : -errno;
}

static int
run(void *self)
{
    struct load *l = self;

    switch (l->settings->role[0]) {
    case 'e':
        return load_run_engines(l);
    case 'j':
        return load_run_join(l);
    default:
        return load_run_reader(l);
    }
}

static void
teardown(void *self)
{
    struct load *l = self;

    for (long i = 0; l->sockets != NULL && i < l->settings->engines; i++)
        peer_close(l->sockets[i]);
    free(l->sockets);
    free(l->sequence);
    peer_context_free(l->context);
}

int
main(int argc, char *argv[])
{
    struct load_settings settings = {.role = NULL};
    struct load load = {.stop_fd = -1};
    const struct program program = {
        .table = {.program = "bus_load",
                  .purpose = "Puts load on the bus and measures it.",
                  .rows = rows,
                  .count = sizeof rows / sizeof *rows},
        .options = &settings,
        .self = &load,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
