#include "services/bus-client/tally.h"

#include <string.h>

/* Add what now is above *seen, and remember it; a counter never falls. */
static void
advance(uint64_t *total, uint64_t *seen, uint64_t now)
{
    if (now <= *seen)
        return;
    *total += now - *seen;
    *seen = now;
}

/* The session of this state, moved to the front; a new one pushes one out. */
static struct tally_session *
find_session(struct tally *t, const struct state *s)
{
    struct tally_session found = {.epoch_us = s->epoch_us,
                                  .instance = s->instance};
    size_t i = 0;

    while (i < TALLY_SESSIONS - 1 && (t->sessions[i].epoch_us != s->epoch_us ||
                                      t->sessions[i].instance != s->instance))
        i++;
    if (t->sessions[i].epoch_us == s->epoch_us &&
        t->sessions[i].instance == s->instance)
        found = t->sessions[i];
    memmove(t->sessions + 1, t->sessions, i * sizeof *t->sessions);
    t->sessions[0] = found;
    return &t->sessions[0];
}

static void
fold_counts(struct tally *t, struct tally_session *seen,
            const struct state_counts *now)
{
    advance(&t->counts.ok, &seen->counts.ok, now->ok);
    advance(&t->counts.failed, &seen->counts.failed, now->failed);
    advance(&t->counts.conflicts, &seen->counts.conflicts, now->conflicts);
    advance(&t->counts.sent_bytes, &seen->counts.sent_bytes, now->sent_bytes);
    advance(&t->counts.received_bytes, &seen->counts.received_bytes,
            now->received_bytes);
}

/*
 * No message says the interval; the next run after one that went well is
 * planned one interval later.
 */
static void
learn_interval(struct tally *t, const struct state *s)
{
    uint32_t wanted = STATE_HAS_LAST | STATE_HAS_NEXT;

    if ((s->has & wanted) != wanted || !s->last.ok)
        return;
    t->interval_ms =
        s->next_at_ms > s->last.at_ms ? s->next_at_ms - s->last.at_ms : 0;
}

void
tally_fold(struct tally *t, const struct state *s, const struct verdict *v)
{
    struct tally_session *seen = find_session(t, s);

    if ((s->has & STATE_HAS_COUNTS) != 0)
        fold_counts(t, seen, &s->counts);
    if (seen->hub_epoch != v->hub_epoch)
        seen->lost = 0; /* another hub counts from 0 */
    seen->hub_epoch = v->hub_epoch;
    advance(&t->ingest_lost, &seen->lost, v->lost);
    learn_interval(t, s);
}

void
tally_fold_beat(struct tally_refused *t, const struct beat *b)
{
    if (t->epoch_us != b->epoch_us || t->instance != b->instance) {
        memset(t->seen, 0, sizeof t->seen);
        t->epoch_us = b->epoch_us;
        t->instance = b->instance;
    }
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        advance(&t->total[i], &t->seen[i], b->drop[i]);
}
