#include "services/state-aggregator/entry.h"

#include <string.h>

#define CREDIT_MAX_MS  1000
#define CREDIT_COST_MS (CREDIT_MAX_MS / ENTRY_RATE)

void
entry_init(struct entry *e, uint32_t spread, uint64_t now_ms)
{
    *e = (struct entry){
        .live = VERDICT_OFF,
        .credit_ms = CREDIT_MAX_MS,
        .credit_at_ms = now_ms,
        .off_at_ms = now_ms,
        /* Golden ratio: neighbours land far apart, any count evenly. */
        .phase_ms = spread * UINT32_C(2654435769) % ENTRY_REFRESH_OFF_MS,
    };
}

bool
entry_take_token(struct entry *e, uint64_t now_ms)
{
    uint64_t credit = e->credit_ms + (now_ms - e->credit_at_ms);

    if (credit > CREDIT_MAX_MS)
        credit = CREDIT_MAX_MS;
    e->credit_ms = (uint32_t)credit;
    e->credit_at_ms = now_ms;
    if (e->credit_ms < CREDIT_COST_MS)
        return false;
    e->credit_ms -= CREDIT_COST_MS;
    return true;
}

/* Order of the message's session and the entry's: <0, 0, >0. */
static int
compare_session(const struct state *s, const struct entry *e)
{
    if (s->epoch_us != e->epoch_us)
        return s->epoch_us < e->epoch_us ? -1 : 1;
    if (s->instance != e->instance)
        return s->instance < e->instance ? -1 : 1;
    return 0;
}

static bool
has_twin(const struct entry *e, uint64_t now_ms)
{
    const uint64_t *at = e->strike_at_ms;

    /*
     * Three strikes within the window start it; it lasts while the newest
     * one is younger than the window.
     */
    if (at[0] == 0 || now_ms - at[0] >= ENTRY_TWIN_MS)
        return false;
    return e->live == VERDICT_DUP ||
           (at[ENTRY_TWIN_STRIKES - 1] != 0 &&
            at[0] - at[ENTRY_TWIN_STRIKES - 1] < ENTRY_TWIN_MS);
}

static void
strike(struct entry *e, uint64_t now_ms)
{
    memmove(e->strike_at_ms + 1, e->strike_at_ms,
            sizeof e->strike_at_ms - sizeof *e->strike_at_ms);
    e->strike_at_ms[0] = now_ms;
}

static uint64_t
clamp_ttl(uint64_t ttl_ms)
{
    if (ttl_ms < ENTRY_TTL_MIN_MS)
        return ENTRY_TTL_MIN_MS;
    return ttl_ms > ENTRY_TTL_MAX_MS ? ENTRY_TTL_MAX_MS : ttl_ms;
}

int
entry_apply(struct entry *e, const struct state *s, uint64_t digest,
            uint64_t now_ms)
{
    int order = e->known ? compare_session(s, e) : 1;

    if (order == 0 && s->seq <= e->seq)
        return ENTRY_OLD;
    if (order < 0 && e->live != VERDICT_OFF) {
        strike(e, now_ms);
        entry_judge(e, now_ms);
        return ENTRY_TWIN;
    }
    e->lost = order == 0 ? e->lost + (s->seq - e->seq - 1) : 0;
    if (order != 0 || digest != e->digest)
        e->is_changed = true;
    e->known = true;
    e->epoch_us = s->epoch_us;
    e->instance = s->instance;
    e->seq = s->seq;
    e->digest = digest;
    e->said_bye = s->name == STATE_BYE;
    e->received_at_ms = now_ms;
    e->deadline_ms = now_ms + clamp_ttl(s->ttl_ms);
    entry_judge(e, now_ms);
    return 0;
}

void
entry_judge(struct entry *e, uint64_t now_ms)
{
    enum verdict_live live = VERDICT_ON;

    if (!e->known || e->said_bye || now_ms > e->deadline_ms) {
        live = VERDICT_OFF;
    } else if (has_twin(e, now_ms)) {
        live = VERDICT_DUP;
    }
    if (live == e->live)
        return;
    if (live == VERDICT_OFF)
        e->off_at_ms = now_ms;
    e->live = live;
    e->is_changed = true;
}

void
entry_add_delay(struct entry *e, uint64_t delay_ms)
{
    e->deadline_ms += delay_ms;
}

bool
entry_is_due(const struct entry *e, uint64_t now_ms, bool at_tick)
{
    if (!e->known)
        return false;
    if (e->relay == 0)
        return true;
    if (e->is_changed)
        return at_tick || now_ms - e->relayed_at_ms >= ENTRY_RELAY_MS;
    return now_ms >= e->refresh_at_ms;
}

/* The first moment after now_ms that is phase_ms into a period. */
static uint64_t
next_in_period(uint64_t now_ms, uint64_t period_ms, uint64_t phase_ms)
{
    uint64_t into = (now_ms + period_ms - phase_ms % period_ms) % period_ms;

    return now_ms + period_ms - into;
}

void
entry_relayed(struct entry *e, uint64_t now_ms)
{
    uint64_t period_ms = ENTRY_REFRESH_MS;

    if (e->is_changed || e->live != VERDICT_OFF) {
        e->off_repeats = 0;
    } else {
        e->off_repeats++;
    }
    if (e->live == VERDICT_OFF && e->off_repeats >= ENTRY_OFF_REPEATS)
        period_ms = ENTRY_REFRESH_OFF_MS;
    e->relay++;
    e->is_changed = false;
    e->relayed_at_ms = now_ms;
    e->refresh_at_ms = next_in_period(now_ms, period_ms, e->phase_ms);
}

bool
entry_is_forgotten(const struct entry *e, uint64_t now_ms)
{
    return e->live == VERDICT_OFF && now_ms - e->off_at_ms >= ENTRY_FORGET_MS;
}

void
entry_verdict(const struct entry *e, uint64_t now_ms, struct verdict *v)
{
    v->relay = e->relay;
    v->live = e->live;
    v->age_ms = now_ms - e->received_at_ms;
    v->lost = e->lost;
}
