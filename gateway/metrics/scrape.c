#include "gateway/metrics/scrape.h"

#include "gateway/http/http.h"
#include "gateway/metrics/accept.h"
#include "gateway/metrics/families.h"
#include "gateway/metrics/requests.h"
#include "services/runtime/clock.h"

#define GATEWAY_SIZE 65536 /* bytes of what is not about engines, about */

static void
put_streams(struct exposition *x, const struct service *s)
{
    static const struct exposition_family family = {
        "syncbus_gateway_streams", EXPOSITION_GAUGE, NULL,
        "Streams that are open now."};
    const struct exposition_label events[] = {{"kind", "sse"}, {NULL, NULL}},
                                  sockets[] = {{"kind", "websocket"},
                                               {NULL, NULL}};

    exposition_family(x, &family);
    exposition_uint(x, events, atomic_load(&s->open_streams.sse));
    exposition_uint(x, sockets, atomic_load(&s->open_streams.websocket));
}

static void
put_build(struct exposition *x)
{
    static const struct exposition_family family = {
        "syncbus_build", EXPOSITION_INFO, NULL, "The gateway's own build."};
    const struct exposition_label labels[] = {{"version", SYNCBUS_VERSION},
                                              {NULL, NULL}};

    exposition_family(x, &family);
    exposition_uint(x, labels, 1);
}

int
scrape_metrics(struct service *s, struct request *r)
{
    struct harvest_now now = {clock_boot_ms(), clock_wall_ms()};
    struct harvest harvest;
    struct exposition x;
    int status;

    if (harvest_take(&harvest, s->mirror, &now) != 0)
        return http_send(r, 503, HTTP_TEXT, "503 out of memory");
    exposition_init(&x, accept_format(r->accept),
                    GATEWAY_SIZE + harvest.count * FAMILIES_ENGINE_SIZE);
    put_build(&x);
    families_put(&x, &harvest);
    put_streams(&x, s);
    requests_put(s->requests, &x);
    exposition_end(&x);
    if (x.failed) {
        status = http_send(r, 503, HTTP_TEXT, "503 out of memory");
    } else {
        status = http_send(r, 200, exposition_type(x.format), x.text);
    }
    exposition_clear(&x);
    harvest_clear(&harvest);
    return status;
}
