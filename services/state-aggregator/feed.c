#include "services/state-aggregator/feed.h"

#include "proto/snapshot.h"
#include "services/runtime/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define VERDICT_WEIGHT 64 /* bytes, about */

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
push(struct feed *f, const struct topic *t, const struct feed_request *asked)
{
    struct feed_request *r;

    if (f->count == FEED_REQUESTS_MAX) {
        f->overflows++;
        return;
    }
    r = &f->requests[(f->first + f->count++) % FEED_REQUESTS_MAX];
    *r = *asked;
    memcpy(r->filter, t->filter, sizeof r->filter);
}

/* What a connection may still be sent; NULL when it is not known. */
static struct bucket *
bucket_for(struct feed *f, const struct feed_request *r, uint64_t now_ms)
{
    static const struct bucket_rule rule = {.per_ms = FEED_PER_MS,
                                            .max = FEED_BURST};

    return r->peer < 0
               ? NULL
               : bucket_of(&f->buckets, &rule, (uint64_t)r->peer, now_ms);
}

static bool
is_snapshot_topic(const unsigned char *topic, size_t len)
{
    const size_t head = strlen(TOPIC_SNAPSHOTS);

    return len >= head && memcmp(topic, TOPIC_SNAPSHOTS, head) == 0;
}

static void
subscribed(struct feed *f, const unsigned char *topic, size_t len, int peer)
{
    struct feed_request r = {.peer = peer};
    struct topic t;

    if (topic_parse(&t, topic, len) != 0) {
        /* A prefix such as "sb1/s/tenant." is no topic, and fine. */
        f->ignored += is_snapshot_topic(topic, len);
    } else if (t.kind == TOPIC_SNAPSHOT) {
        memcpy(r.topic, topic, len);
        push(f, &t, &r);
    }
}

/* One message of an XPUB: \x01 and a topic is a subscription. */
static void
take(struct feed *f, zmq_msg_t *m)
{
    const unsigned char *data = zmq_msg_data(m);
    size_t len = zmq_msg_size(m);
    int peer = zmq_msg_get(m, ZMQ_SRCFD);

    if (len == 0 || data[0] > 1) {
        f->ignored++; /* not a subscription at all */
    } else if (data[0] == 1) {
        subscribed(f, data + 1, len - 1, peer);
    } else if (peer < 0) {
        /* Nobody said so: the connection is gone, its number is free. */
        bucket_forget(&f->buckets, bucket_hash(data + 1, len - 1));
    }
}

int
feed_drain(struct feed *f, int max)
{
    zmq_msg_t m;
    int n, rc = 0;

    (void)zmq_msg_init(&m);
    for (n = 0; n < max && rc == 0; n++) {
        if (zmq_msg_recv(&m, f->socket, ZMQ_DONTWAIT) < 0) {
            rc = -errno;
            break;
        }
        take(f, &m);
    }
    (void)zmq_msg_close(&m);
    return rc == 0 || rc == -EAGAIN || rc == -EINTR ? n : rc;
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

/* What a snapshot of these engines weighs. */
static int64_t
weigh(const struct cache *c, struct cache_range range, uint64_t now_ms)
{
    struct cache_item item;
    int64_t sum = 0;

    for (size_t i = 0; i < range.count; i++) {
        cache_item_at(c, range.first + i, now_ms, &item);
        sum += (int64_t)(item.topic_len + item.state_len) + VERDICT_WEIGHT;
    }
    return sum;
}

/* May these engines be sent?  Then they are paid for. */
static bool
pay(struct feed *f, const struct feed_request *r, const struct cache *c,
    struct cache_range range, uint64_t now_ms)
{
    struct bucket *b = bucket_for(f, r, now_ms);

    if (b == NULL)
        return true;
    b->mark = bucket_hash(r->topic, strlen(r->topic));
    if (b->credit <= 0) {
        f->overflows++;
        return false;
    }
    b->credit -= weigh(c, range, now_ms);
    return true;
}

static int
send_snapshot(struct feed *f, const struct cache *c,
              const struct feed_request *r, const struct beat *head,
              uint64_t now_ms)
{
    struct cache_range all = cache_find(c, r->filter);
    struct beat b = *head;
    int rc = 0;

    if (!pay(f, r, c, all, now_ms))
        return 0;
    f->answered++;
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
    f->busy_ms = 0;
}

bool
feed_has_work(const struct feed *f)
{
    return f->count > 0 && f->answered < FEED_SNAPSHOTS_PER_TICK &&
           f->busy_ms < FEED_TURN_MS;
}

int
feed_answer(struct feed *f, const struct cache *c, const struct beat *head,
            uint64_t now_ms)
{
    uint64_t before_ms = f->busy_ms;
    int rc = 0;

    while (rc == 0 && feed_has_work(f)) {
        rc = send_snapshot(f, c, &f->requests[f->first], head, now_ms);
        f->first = (f->first + 1) % FEED_REQUESTS_MAX;
        f->count--;
        f->busy_ms = before_ms + (clock_boot_ms() - now_ms);
    }
    return rc;
}
