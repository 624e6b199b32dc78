#include "services/state-aggregator/feed.h"

#include "proto/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

int
feed_init(struct feed *f, void *socket)
{
    *f = (struct feed){.socket = socket};
    f->requests = calloc(FEED_REQUESTS_MAX, sizeof *f->requests);
    return f->requests != NULL ? 0 : -ENOMEM;
}

void
feed_clear(struct feed *f)
{
    free(f->requests);
    *f = (struct feed){0};
}

static void
push(struct feed *f, const struct topic *t, const void *text, size_t len)
{
    struct feed_request *r;

    if (f->count == FEED_REQUESTS_MAX) {
        f->overflows++;
        return;
    }
    r = &f->requests[(f->first + f->count++) % FEED_REQUESTS_MAX];
    memcpy(r->topic, text, len);
    r->topic[len] = '\0';
    memcpy(r->filter, t->filter, sizeof r->filter);
}

/* One message of an XPUB: \x01 and a topic is a subscription. */
static void
take(struct feed *f, const unsigned char *data, size_t len)
{
    struct topic t;

    if (len == 0 || data[0] > 1) {
        f->ignored++; /* not a subscription at all */
        return;
    }
    if (data[0] == 0)
        return; /* an unsubscription */
    if (topic_parse(&t, data + 1, len - 1) == 0) {
        if (t.kind == TOPIC_SNAPSHOT)
            push(f, &t, data + 1, len - 1);
        return;
    }
    /* A prefix such as "sb1/s/tenant." is no topic, and fine. */
    if (len - 1 >= strlen(TOPIC_SNAPSHOTS) &&
        memcmp(data + 1, TOPIC_SNAPSHOTS, strlen(TOPIC_SNAPSHOTS)) == 0)
        f->ignored++;
}

int
feed_drain(struct feed *f, int max)
{
    /* MAXMSGSIZE bounds what arrives; longer than a topic is none. */
    unsigned char buf[TOPIC_MAX + 1];
    int n = 0;

    for (; n < max; n++) {
        int len = zmq_recv(f->socket, buf, sizeof buf, ZMQ_DONTWAIT);

        if (len < 0)
            return errno == EAGAIN || errno == EINTR ? n : -errno;
        if ((size_t)len > sizeof buf) {
            f->ignored++; /* truncated */
        } else {
            take(f, buf, (size_t)len);
        }
    }
    return n;
}

static int
send_frame(struct feed *f, const void *data, size_t len, int flags)
{
    while (zmq_send(f->socket, data, len, flags | ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* The three frames of an engine; flags for the last one. */
static int
send_item(struct feed *f, const struct cache_item *item, int flags)
{
    unsigned char verdict[VERDICT_WIRE_MAX];
    int n = verdict_encode(&item->verdict, verdict, sizeof verdict);
    int rc = n < 0 ? n : 0;

    if (rc == 0)
        rc = send_frame(f, item->topic, item->topic_len, ZMQ_SNDMORE);
    if (rc == 0)
        rc = send_frame(f, item->state, item->state_len, ZMQ_SNDMORE);
    if (rc == 0)
        rc = send_frame(f, verdict, (size_t)n, flags);
    return rc;
}

int
feed_relay(struct feed *f, const struct cache_item *item)
{
    return send_item(f, item, 0);
}

/* Topic and beat; flags for the second frame. */
static int
send_head(struct feed *f, const char *topic, const struct beat *b, int flags)
{
    unsigned char buf[BEAT_WIRE_MAX];
    int n = beat_encode(b, buf, sizeof buf);
    int rc = n < 0 ? n : send_frame(f, topic, strlen(topic), ZMQ_SNDMORE);

    return rc != 0 ? rc : send_frame(f, buf, (size_t)n, flags);
}

int
feed_beat(struct feed *f, const char *id, const struct beat *b)
{
    char topic[TOPIC_MAX];

    (void)topic_format(topic, TOPIC_BEAT, id);
    return send_head(f, topic, b, 0);
}

static int
send_part(struct feed *f, const struct cache *c, struct cache_range range,
          uint64_t now_ms)
{
    struct cache_item item;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < range.count; i++) {
        cache_item_at(c, range.first + i, now_ms, &item);
        rc = send_item(f, &item, i + 1 < range.count ? ZMQ_SNDMORE : 0);
    }
    return rc;
}

static int
send_snapshot(struct feed *f, const struct cache *c,
              const struct feed_request *r, const struct beat *head,
              uint64_t now_ms)
{
    struct cache_range all = cache_find(c, r->filter);
    struct beat b = *head;
    int rc = 0;

    b.parts = snapshot_parts(all.count);
    for (b.part = 1; rc == 0 && b.part <= b.parts; b.part++) {
        struct cache_range part = {
            .first = all.first + (b.part - 1) * SNAPSHOT_PART_MAX,
            .count = all.count - (b.part - 1) * SNAPSHOT_PART_MAX,
        };

        if (part.count > SNAPSHOT_PART_MAX)
            part.count = SNAPSHOT_PART_MAX;
        rc = send_head(f, r->topic, &b, part.count > 0 ? ZMQ_SNDMORE : 0);
        if (rc == 0)
            rc = send_part(f, c, part, now_ms);
    }
    return rc;
}

void
feed_tick(struct feed *f)
{
    f->answered = 0;
}

bool
feed_has_work(const struct feed *f)
{
    return f->count > 0 && f->answered < FEED_SNAPSHOTS_PER_TICK;
}

int
feed_answer(struct feed *f, const struct cache *c, const struct beat *head,
            uint64_t now_ms)
{
    int rc = 0;

    while (rc == 0 && feed_has_work(f)) {
        rc = send_snapshot(f, c, &f->requests[f->first], head, now_ms);
        f->first = (f->first + 1) % FEED_REQUESTS_MAX;
        f->count--;
        f->answered++;
    }
    return rc;
}
