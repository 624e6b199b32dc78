#include "gateway/stream/handlers.h"

#include "gateway/http/http.h"
#include "gateway/http/query.h"
#include "gateway/stream/handshake.h"
#include "gateway/stream/streams.h"
#include "gateway/v1/problem.h"
#include "services/runtime/log.h"

#include <civetweb.h>
#include <errno.h>
#include <string.h>

#define NO_ENGINE "engine: not an id of an engine"

/* Why is this request no stream? */
static int
refuse(struct service *s, struct request *r, int error)
{
    if (error == -EBUSY)
        return problem_send(r, PROBLEM_STREAMS, s->lang, NULL);
    if (error == -ESHUTDOWN)
        return problem_send(r, PROBLEM_STOPPING, s->lang, NULL);
    if (error == -ENOMEM)
        return problem_send(r, PROBLEM_MEMORY, s->lang, NULL);
    log_line(LOG_WARN, "a stream could not begin: %s", strerrordesc_np(-error));
    return problem_send(r, PROBLEM_STREAMS, s->lang, NULL);
}

/* One that has ended meanwhile is none that the stream thread will find. */
static uint64_t
session_of(struct service *s, const struct request *r)
{
    uint64_t number = session_number(&s->sessions, r->facts.cookie);

    return number != 0 ? number : UINT64_MAX;
}

static int
become(struct service *s, struct request *r, struct client *c, int status)
{
    int rc;

    if (c != NULL && r->facts.session != AUTH_ANYBODY)
        c->session = session_of(s, r);
    rc = streams_adopt(s->streams, c, r->conn);
    if (rc != 0)
        return refuse(s, r, rc);
    /* What civetweb has left of the connection is dead: it ends it now. */
    r->close = true;
    mg_disable_connection_keep_alive(r->conn);
    return status;
}

static const char *
header(const struct request *r, const char *name)
{
    return mg_get_header(r->conn, name);
}

/* The id to go on from: browsers send it, others may ask for it. */
static void
find_last_id(const struct request *r, char out[EVENTS_ID_MAX])
{
    const char *value = header(r, "Last-Event-ID");

    out[0] = '\0';
    if (value != NULL && strlen(value) < EVENTS_ID_MAX) {
        memcpy(out, value, strlen(value) + 1);
    } else if (value == NULL &&
               query_find(r->query, "lastEventId", out, EVENTS_ID_MAX) < 0) {
        out[0] = '\0';
    }
}

int
stream_events(struct service *s, struct request *r)
{
    char last_id[EVENTS_ID_MAX];
    struct filter filter;
    int rc = filter_parse(&filter, r->query);

    if (rc != 0) {
        return problem_send(r, PROBLEM_PARAMETER, s->lang,
                            rc == -E2BIG ? "engine: more than 16" : NO_ENGINE);
    }
    if (!streams_has_room(s->streams))
        return refuse(s, r, -EBUSY);
    find_last_id(r, last_id);
    return become(s, r, client_new_events(&filter, last_id), 200);
}

static int
refuse_handshake(struct request *r, int why)
{
    if (why == HANDSHAKE_VERSION)
        return http_send_extra(r, 426, "Sec-WebSocket-Version: 13\r\n", "");
    return http_send(r, 400, HTTP_TEXT, "400 not a WebSocket handshake");
}

/* Only main gets messages about runs; SiYuan asks for all three. */
static bool
is_told(const struct request *r)
{
    char app[REQUEST_TEXT_MAX], id[REQUEST_TEXT_MAX], type[16];

    return query_find(r->query, "app", app, sizeof app) > 0 &&
           query_find(r->query, "id", id, sizeof id) > 0 &&
           query_find(r->query, "type", type, sizeof type) > 0 &&
           strcmp(type, "main") == 0;
}

int
stream_socket(struct service *s, struct request *r)
{
    struct handshake h = {
        .upgrade = header(r, "Upgrade"),
        .connection = header(r, "Connection"),
        .version = header(r, "Sec-WebSocket-Version"),
        .key = header(r, "Sec-WebSocket-Key"),
    };
    char engine[TOPIC_ID_MAX];
    struct shared_text *accept;
    int rc = handshake_check(&h);

    if (rc != 0)
        return refuse_handshake(r, rc);
    rc = query_find(r->query, "engine", engine, sizeof engine);
    if (rc == -EINVAL || (rc > 0 && !topic_is_id(engine)))
        return problem_send(r, PROBLEM_PARAMETER, s->lang, NO_ENGINE);
    if (!streams_has_room(s->streams))
        return refuse(s, r, -EBUSY);
    accept = ws_client_accept(h.key);
    return become(s, r,
                  accept != NULL ? client_new_socket(accept, is_told(r), engine)
                                 : NULL,
                  101);
}
