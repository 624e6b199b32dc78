/*
 * Replies are never answered, whatever is wrong with them: two peers that
 * answer each other's answers would never stop.
 *
 * Of a command only the form is judged here, so that a newer operator and a
 * newer engine understand each other through an older hub.
 */
#include "services/state-aggregator/control.h"

#include "proto/command.h"
#include "proto/reply.h"
#include "proto/topic.h"
#include "proto/wire.h"

#include <errno.h>
#include <string.h>

#define COST 1000 /* of a request; CONTROL_RATE of it come in each ms */

const char *
control_reason_token(enum control_reason reason)
{
    static const char *const tokens[CONTROL_REASONS] = {
        [CONTROL_MALFORMED] = "malformed",
        [CONTROL_NO_REPLY] = "no-reply",
        [CONTROL_TOO_FAST] = "rate",
        [CONTROL_GONE] = "gone",
    };

    return reason < CONTROL_REASONS ? tokens[reason] : "";
}

void
control_drop(struct control *c, enum control_reason reason)
{
    c->dropped[reason]++;
}

static struct control_verdict
answer(enum reply_code code)
{
    return (struct control_verdict){.action = CONTROL_ANSWER, .code = code};
}

/* code: what to answer when the address cannot be reached; OK: nothing. */
static struct control_verdict
forward(enum reply_code code)
{
    return (struct control_verdict){.action = CONTROL_FORWARD, .code = code};
}

static struct control_verdict
drop(enum control_reason reason)
{
    return (struct control_verdict){.action = CONTROL_DROP, .reason = reason};
}

/* Copy an id out of a frame; false when it holds none. */
static bool
read_id(char out[TOPIC_ID_MAX], const void *data, size_t len)
{
    if (len == 0 || len >= TOPIC_ID_MAX || memchr(data, '\0', len) != NULL)
        return false;
    memcpy(out, data, len);
    out[len] = '\0';
    return topic_is_id(out);
}

bool
control_is_engine(const void *data, size_t len)
{
    char id[TOPIC_ID_MAX];

    return read_id(id, data, len);
}

static bool
is_engine(const struct control_message *m, enum control_frame which)
{
    return control_is_engine(m->frame[which].data, m->frame[which].len);
}

/* Has the engine of this frame told the hub its state? */
static bool
is_known(const struct cache *cache, const struct control_message *m,
         enum control_frame which)
{
    char id[TOPIC_ID_MAX], topic[TOPIC_MAX];

    if (!read_id(id, m->frame[which].data, m->frame[which].len))
        return false;
    (void)topic_format(topic, TOPIC_STATE, id);
    return cache_find(cache, topic).count != 0;
}

/* Pay for one request; false when there is no credit. */
static bool
take_token(struct control *c, const struct control_message *m, uint64_t now_ms)
{
    static const struct bucket_rule rule = {
        .per_ms = CONTROL_RATE, .max = (int64_t)CONTROL_BURST * COST};
    uint64_t sender = bucket_hash(m->frame[CONTROL_SENDER].data,
                                  m->frame[CONTROL_SENDER].len);
    struct bucket *b = bucket_of(&c->buckets, &rule, sender, now_ms);

    if (b->credit < COST)
        return false;
    b->credit -= COST;
    return true;
}

static bool
has_request_id(const struct control_message *m)
{
    return m->count > CONTROL_REQUEST &&
           command_is_request_id(m->frame[CONTROL_REQUEST].data,
                                 m->frame[CONTROL_REQUEST].len);
}

static bool
is_map(const struct control_message *m, size_t max)
{
    return m->frame[CONTROL_MAP].len <= max &&
           wire_scan(m->frame[CONTROL_MAP].data, m->frame[CONTROL_MAP].len) ==
               0;
}

static bool
has_key(const struct control_message *m, const char *key)
{
    struct wire_reader r;
    bool found;

    if (wire_reader_init(&r, m->frame[CONTROL_MAP].data,
                         m->frame[CONTROL_MAP].len) != 0)
        return false;
    found = wire_find(&r.map, key) != NULL;
    wire_reader_clear(&r);
    return found;
}

static struct control_verdict
judge_operator(struct control *c, const struct control_message *m,
               uint64_t now_ms)
{
    if (!take_token(c, m, now_ms))
        return drop(CONTROL_TOO_FAST);
    if (!has_request_id(m))
        return drop(CONTROL_MALFORMED);
    if (m->count != CONTROL_FRAMES || !is_engine(m, CONTROL_ADDRESS) ||
        !is_map(m, CONTROL_COMMAND_MAX))
        return answer(REPLY_BAD_REQUEST);
    return forward(REPLY_UNREACHABLE);
}

static struct control_verdict
judge_engine(struct control *c, const struct cache *cache,
             const struct control_message *m, uint64_t now_ms)
{
    if (m->count != CONTROL_FRAMES || !has_request_id(m))
        return drop(CONTROL_MALFORMED);
    if (has_key(m, "cmd")) {
        return take_token(c, m, now_ms) ? answer(REPLY_FORBIDDEN)
                                        : drop(CONTROL_TOO_FAST);
    }
    if (is_known(cache, m, CONTROL_ADDRESS) || !is_map(m, REPLY_WIRE_MAX))
        return drop(CONTROL_NO_REPLY);
    return forward(REPLY_OK);
}

/* An engine's reply may be here before its first state. */
static bool
is_reply(const struct control_message *m)
{
    return m->count == CONTROL_FRAMES && is_engine(m, CONTROL_SENDER) &&
           has_key(m, "ok") && !has_key(m, "cmd");
}

struct control_verdict
control_judge(struct control *c, const struct cache *cache,
              const struct control_message *m, uint64_t now_ms)
{
    if (is_known(cache, m, CONTROL_SENDER) || is_reply(m))
        return judge_engine(c, cache, m, now_ms);
    return judge_operator(c, m, now_ms);
}

struct control_verdict
control_undelivered(const struct control_verdict *v)
{
    return v->code == REPLY_OK ? drop(CONTROL_GONE) : answer(v->code);
}
