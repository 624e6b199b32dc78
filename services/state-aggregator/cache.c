/*
 * Four arrays of max_engines each, addressed by slot: entry, topic, bytes,
 * and the bytes of a message that waits for its rate.  calloc() maps them
 * without touching them, so memory grows with the engines that really exist.
 * `order` holds the slots in use, sorted by topic: looked up by halving, and
 * the insertion of a new engine moves 4 bytes for each one behind it.
 */
#include "services/state-aggregator/cache.h"

#include "proto/state.h"
#include "services/state-aggregator/entry.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC_LEN_MAX (sizeof TOPIC_STATES + TOPIC_ID_MAX)

struct bytes {
    uint16_t len; /* 0: none */
    unsigned char data[STATE_WIRE_MAX];
};

struct cache {
    char hub[TOPIC_ID_MAX];
    uint64_t hub_epoch;
    size_t max, count;
    struct entry *entries;
    char (*topics)[TOPIC_LEN_MAX];
    struct bytes *states, *waiting;
    bool *is_queued;
    uint32_t *order;      /* count slots, sorted by topic */
    uint32_t *free_slots; /* max - count slots */
    uint32_t *queue;      /* slots due to be told on */
    size_t queue_len;
    uint64_t relay_floor; /* no forgotten engine was at a higher one */
    uint64_t refused[REFUSAL_COUNT];
};

int
cache_new(struct cache **out, const struct cache_options *options)
{
    size_t max = options->max_engines;
    struct cache *c = calloc(1, sizeof *c);

    assert(max > 0 && max <= CACHE_ENGINES_MAX);
    *out = NULL;
    if (c == NULL)
        return -ENOMEM;
    c->max = max;
    c->hub_epoch = options->hub_epoch;
    memcpy(c->hub, options->hub, strnlen(options->hub, sizeof c->hub - 1));
    c->entries = calloc(max, sizeof *c->entries);
    c->topics = calloc(max, sizeof *c->topics);
    c->states = calloc(max, sizeof *c->states);
    c->waiting = calloc(max, sizeof *c->waiting);
    c->is_queued = calloc(max, sizeof *c->is_queued);
    c->order = calloc(max, sizeof *c->order);
    c->free_slots = calloc(max, sizeof *c->free_slots);
    c->queue = calloc(max, sizeof *c->queue);
    if (c->entries == NULL || c->topics == NULL || c->states == NULL ||
        c->waiting == NULL || c->is_queued == NULL || c->order == NULL ||
        c->free_slots == NULL || c->queue == NULL) {
        cache_free(c);
        return -ENOMEM;
    }
    for (size_t i = 0; i < max; i++)
        c->free_slots[i] = (uint32_t)(max - 1 - i);
    *out = c;
    return 0;
}

void
cache_free(struct cache *c)
{
    if (c == NULL)
        return;
    free(c->entries);
    free(c->topics);
    free(c->states);
    free(c->waiting);
    free(c->is_queued);
    free(c->order);
    free(c->free_slots);
    free(c->queue);
    free(c);
}

/* First position whose topic is not below text, compared over n bytes. */
static size_t
lower_bound(const struct cache *c, const char *text, size_t n)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(c->topics[c->order[middle]], text, n) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* First position whose topic neither is below text nor begins with it. */
static size_t
upper_bound(const struct cache *c, const char *text, size_t n)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(c->topics[c->order[middle]], text, n) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct cache_range
cache_find(const struct cache *c, const char *filter)
{
    size_t n = strlen(filter);
    struct cache_range r = {.first = lower_bound(c, filter, n)};

    r.count = upper_bound(c, filter, n) - r.first;
    return r;
}

void
cache_refuse(struct cache *c, enum refusal reason)
{
    c->refused[reason]++;
}

static void
enqueue(struct cache *c, uint32_t slot, uint64_t now_ms, bool at_tick)
{
    if (c->is_queued[slot] || !entry_is_due(&c->entries[slot], now_ms, at_tick))
        return;
    c->is_queued[slot] = true;
    c->queue[c->queue_len++] = slot;
}

/* Give a message its rank; keep its bytes when it is the newest. */
static void
apply(struct cache *c, uint32_t slot, const struct state *s,
      const struct cache_item *message, uint64_t now_ms)
{
    uint64_t digest = state_digest(message->state, message->state_len);
    int rc = entry_apply(&c->entries[slot], s, digest, now_ms);

    if (rc != 0) {
        cache_refuse(c, rc == ENTRY_OLD ? REFUSAL_OLD : REFUSAL_TWIN);
    } else {
        c->states[slot].len = (uint16_t)message->state_len;
        memcpy(c->states[slot].data, message->state, message->state_len);
    }
    enqueue(c, slot, now_ms, false); /* a twin changes the verdict, too */
}

static uint32_t
insert(struct cache *c, size_t position, const struct cache_item *message,
       uint64_t now_ms)
{
    uint32_t slot = c->free_slots[c->max - c->count - 1];
    uint32_t *at = c->order + position;

    memmove(at + 1, at, (c->count - position) * sizeof *at);
    *at = slot;
    c->count++;
    entry_init(&c->entries[slot], slot, now_ms);
    /* It may be one that is back: who still has it would ignore lower ones. */
    c->entries[slot].relay = c->relay_floor;
    memcpy(c->topics[slot], message->topic, message->topic_len);
    c->topics[slot][message->topic_len] = '\0';
    c->states[slot].len = c->waiting[slot].len = 0;
    return slot;
}

static void
forget(struct cache *c, size_t position)
{
    uint32_t *at = c->order + position;

    c->count--;
    if (c->entries[*at].relay > c->relay_floor)
        c->relay_floor = c->entries[*at].relay;
    c->entries[*at].known = false;
    c->free_slots[c->max - c->count - 1] = *at;
    memmove(at, at + 1, (c->count - position) * sizeof *at);
}

/* Over the rate: keep this one for later, instead of the one before. */
static void
wait_for_rate(struct cache *c, uint32_t slot, const struct cache_item *message)
{
    struct bytes *w = &c->waiting[slot];

    if (w->len != 0)
        cache_refuse(c, REFUSAL_RATE);
    w->len = (uint16_t)message->state_len;
    memcpy(w->data, message->state, message->state_len);
}

/* False, and counted, when the message is not even worth a look inside. */
static bool
is_plausible(struct cache *c, const struct cache_item *message)
{
    struct topic topic;

    if (topic_parse(&topic, message->topic, message->topic_len) != 0 ||
        topic.kind != TOPIC_STATE) {
        cache_refuse(c, REFUSAL_TOPIC);
        return false;
    }
    if (message->state_len > STATE_WIRE_MAX || message->state_len == 0) {
        cache_refuse(c,
                     message->state_len == 0 ? REFUSAL_MESSAGE : REFUSAL_SIZE);
        return false;
    }
    return true;
}

void
cache_receive(struct cache *c, const struct cache_item *message,
              uint64_t now_ms)
{
    struct cache_item m = *message;
    char topic[TOPIC_MAX];
    struct cache_range found;
    struct state s;
    uint32_t slot = 0;

    if (!is_plausible(c, &m))
        return;
    memcpy(topic, m.topic, m.topic_len);
    topic[m.topic_len] = '\0';
    m.topic = topic;
    found = cache_find(c, topic); /* ends in '/': at most one */
    if (found.count != 0) {
        slot = c->order[found.first];
        if (!entry_take_token(&c->entries[slot], now_ms)) {
            wait_for_rate(c, slot, &m);
            return;
        }
        if (c->waiting[slot].len != 0) {
            cache_refuse(c, REFUSAL_RATE); /* a newer one overtook it */
            c->waiting[slot].len = 0;
        }
    }
    if (state_decode(&s, m.state, m.state_len) != 0) {
        cache_refuse(c, REFUSAL_MESSAGE);
    } else if (found.count == 0 && c->count == c->max) {
        cache_refuse(c, REFUSAL_FULL);
    } else {
        if (found.count == 0)
            slot = insert(c, found.first, &m, now_ms);
        apply(c, slot, &s, &m, now_ms);
    }
}

void
cache_add_delay(struct cache *c, uint64_t delay_ms)
{
    for (size_t i = 0; i < c->count; i++)
        entry_add_delay(&c->entries[c->order[i]], delay_ms);
}

/* Apply the message that waited, when its rate allows. */
static void
apply_waiting(struct cache *c, uint32_t slot, uint64_t now_ms)
{
    struct bytes *w = &c->waiting[slot];
    struct cache_item message = {.state = w->data, .state_len = w->len};
    struct state s;

    if (w->len == 0 || !entry_take_token(&c->entries[slot], now_ms))
        return;
    w->len = 0;
    if (state_decode(&s, message.state, message.state_len) != 0) {
        cache_refuse(c, REFUSAL_MESSAGE);
    } else {
        apply(c, slot, &s, &message, now_ms);
    }
}

void
cache_tick(struct cache *c, uint64_t now_ms)
{
    for (size_t i = c->count; i-- > 0;) {
        uint32_t slot = c->order[i];

        apply_waiting(c, slot, now_ms);
        entry_judge(&c->entries[slot], now_ms);
        if (entry_is_forgotten(&c->entries[slot], now_ms)) {
            forget(c, i);
        } else {
            enqueue(c, slot, now_ms, true);
        }
    }
}

static void
fill_item(const struct cache *c, uint32_t slot, uint64_t now_ms,
          struct cache_item *out)
{
    *out = (struct cache_item){
        .topic = c->topics[slot],
        .topic_len = strlen(c->topics[slot]),
        .state = c->states[slot].data,
        .state_len = c->states[slot].len,
        .verdict = {.hub_epoch = c->hub_epoch},
    };
    memcpy(out->verdict.hub, c->hub, sizeof c->hub);
    entry_verdict(&c->entries[slot], now_ms, &out->verdict);
}

bool
cache_next_relay(struct cache *c, uint64_t now_ms, struct cache_item *out)
{
    while (c->queue_len > 0) {
        uint32_t slot = c->queue[--c->queue_len];

        c->is_queued[slot] = false;
        if (!c->entries[slot].known)
            continue; /* forgotten meanwhile */
        entry_judge(&c->entries[slot], now_ms);
        entry_relayed(&c->entries[slot], now_ms);
        fill_item(c, slot, now_ms, out);
        return true;
    }
    return false;
}

void
cache_item_at(const struct cache *c, size_t position, uint64_t now_ms,
              struct cache_item *out)
{
    assert(position < c->count);
    fill_item(c, c->order[position], now_ms, out);
}

void
cache_count(const struct cache *c, struct beat *out)
{
    out->engines = c->count;
    out->on = out->off = out->dup = 0;
    for (size_t i = 0; i < c->count; i++) {
        switch (c->entries[c->order[i]].live) {
        case VERDICT_ON:
            out->on++;
            break;
        case VERDICT_OFF:
            out->off++;
            break;
        case VERDICT_DUP:
            out->dup++;
            break;
        }
    }
    memcpy(out->drop, c->refused, sizeof out->drop);
}
