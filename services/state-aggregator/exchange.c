#include "services/state-aggregator/exchange.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

#define DRAIN_MS  20
#define REPORT_MS 60000

/* Read one frame, waiting: the parts of a message arrive together. */
static int
receive_part(void *socket, zmq_msg_t *frame)
{
    while (zmq_msg_recv(frame, socket, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/*
 * Read one message; what is more than CONTROL_FRAMES is counted, not kept.
 * Returns 0; -EAGAIN when there is none; or -errno.
 */
static int
receive(void *socket, zmq_msg_t frame[CONTROL_FRAMES], size_t *count)
{
    zmq_msg_t surplus;
    int rc = 0;

    if (zmq_msg_recv(&frame[0], socket, ZMQ_DONTWAIT) < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    *count = 1;
    while (rc == 0 && *count < CONTROL_FRAMES &&
           zmq_msg_more(&frame[*count - 1]) != 0) {
        rc = receive_part(socket, &frame[*count]);
        (*count)++;
    }
    if (rc != 0 || zmq_msg_more(&frame[*count - 1]) == 0)
        return rc;
    (void)zmq_msg_init(&surplus);
    do {
        rc = receive_part(socket, &surplus);
        (*count)++;
    } while (rc == 0 && zmq_msg_more(&surplus) != 0);
    (void)zmq_msg_close(&surplus);
    return rc;
}

/*
 * To the address, with the sender in its place; the rest byte for byte.  Only
 * the first frame can fail: with it the socket has chosen a connection.
 */
static int
forward(void *socket, zmq_msg_t frame[CONTROL_FRAMES])
{
    static const enum control_frame order[CONTROL_FRAMES] = {
        CONTROL_ADDRESS, CONTROL_SENDER, CONTROL_REQUEST, CONTROL_MAP};

    for (size_t i = 0; i < CONTROL_FRAMES; i++) {
        int more = i + 1 < CONTROL_FRAMES ? ZMQ_SNDMORE : 0;

        while (zmq_msg_send(&frame[order[i]], socket, ZMQ_DONTWAIT | more) <
               0) {
            if (errno != EINTR)
                return -errno;
        }
    }
    return 0;
}

static int
send_part(void *socket, const void *data, size_t len, int flags)
{
    while (zmq_send(socket, data, len, ZMQ_DONTWAIT | flags) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* The hub's own reply: in the engine's name, when one was named. */
static int
answer(struct exchange *x, const struct control_message *m,
       enum reply_code code)
{
    void *socket = x->on.socket;
    unsigned char map[REPLY_WIRE_MAX];
    size_t id_len = m->frame[CONTROL_ADDRESS].len;
    int n, rc;

    reply_init(&x->reply, code);
    n = reply_encode(&x->reply, map, sizeof map);
    if (n < 0)
        return n;
    if (!control_is_engine(m->frame[CONTROL_ADDRESS].data, id_len))
        id_len = 0;
    rc = send_part(socket, m->frame[CONTROL_SENDER].data,
                   m->frame[CONTROL_SENDER].len, ZMQ_SNDMORE);
    if (rc == 0) {
        rc = send_part(socket, m->frame[CONTROL_ADDRESS].data, id_len,
                       ZMQ_SNDMORE);
    }
    if (rc == 0) {
        rc = send_part(socket, m->frame[CONTROL_REQUEST].data,
                       m->frame[CONTROL_REQUEST].len, ZMQ_SNDMORE);
    }
    return rc != 0 ? rc : send_part(socket, map, (size_t)n, 0);
}

/* The peer has left, or takes nothing any more. */
static bool
is_unreachable(int rc)
{
    return rc == -EHOSTUNREACH || rc == -EAGAIN;
}

static int
handle(struct exchange *x, const struct cache *c,
       zmq_msg_t frame[CONTROL_FRAMES], size_t count)
{
    struct control_message m = {.count = count};
    struct control_verdict v;
    int rc = 0;

    for (size_t i = 0; i < CONTROL_FRAMES && i < count; i++) {
        m.frame[i].data = zmq_msg_data(&frame[i]);
        m.frame[i].len = zmq_msg_size(&frame[i]);
    }
    v = control_judge(&x->control, c, &m, clock_boot_ms());
    if (v.action == CONTROL_FORWARD) {
        rc = forward(x->on.socket, frame);
        if (!is_unreachable(rc))
            return rc;
        v = control_undelivered(&v);
    }
    if (v.action == CONTROL_ANSWER) {
        rc = answer(x, &m, v.code);
        if (!is_unreachable(rc))
            return rc;
        v.reason = CONTROL_GONE;
    }
    control_drop(&x->control, v.reason);
    return 0;
}

int
exchange_drain(struct exchange *x, const struct cache *c)
{
    uint64_t began_at_ms = clock_boot_ms();
    zmq_msg_t frame[CONTROL_FRAMES];
    size_t count = 0;
    int rc = 0;

    if (x->on.socket == NULL)
        return 0;
    for (size_t i = 0; i < CONTROL_FRAMES; i++)
        (void)zmq_msg_init(&frame[i]);
    while (rc == 0 && clock_boot_ms() - began_at_ms < DRAIN_MS) {
        rc = receive(x->on.socket, frame, &count);
        if (rc == 0)
            rc = handle(x, c, frame, count);
    }
    for (size_t i = 0; i < CONTROL_FRAMES; i++)
        (void)zmq_msg_close(&frame[i]);
    return rc == -EAGAIN ? 0 : rc;
}

void
exchange_report(struct exchange *x, uint64_t now_ms)
{
    const uint64_t *dropped = x->control.dropped;
    uint64_t total = 0;
    char text[256] = "";
    size_t used = 0;

    for (int i = 0; i < CONTROL_REASONS; i++)
        total += dropped[i];
    if (total == x->reported ||
        !log_allowed(&x->reported_at_ms, now_ms, REPORT_MS))
        return;
    x->reported = total;
    for (int i = 0; i < CONTROL_REASONS && used < sizeof text; i++) {
        if (dropped[i] == 0)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, " %s %llu",
                                 control_reason_token((enum control_reason)i),
                                 (unsigned long long)dropped[i]);
    }
    log_line(LOG_WARN, "control messages dropped since the start:%s", text);
}
