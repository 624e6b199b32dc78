#include "services/bus-client/follower.h"

#define RETRY_FIRST_MS 1000
#define RETRY_MAX_MS   8000
#define JITTER_MS      500
#define HALF_WINDOW_MS 300000 /* the smallest offset of 5 to 10 minutes */

static uint64_t
jitter(uint32_t random_value)
{
    return random_value % (JITTER_MS + 1);
}

/* The next ask, should this one stay without answer. */
static void
plan_retry(struct follower *f, uint64_t now_ms, uint32_t random_value)
{
    f->is_waiting = true;
    f->ask_at_ms = now_ms + f->retry_ms + jitter(random_value) / 2;
    f->retry_ms =
        2 * f->retry_ms < RETRY_MAX_MS ? 2 * f->retry_ms : RETRY_MAX_MS;
}

void
follower_start(struct follower *f, uint64_t now_ms, uint32_t random_value)
{
    *f = (struct follower){
        .silent_since_ms = now_ms + jitter(random_value),
        .retry_ms = RETRY_FIRST_MS,
    };
    plan_retry(f, now_ms, random_value);
}

void
follower_on_snapshot(struct follower *f)
{
    f->is_waiting = false;
    f->ask_at_ms = 0;
    f->retry_ms = RETRY_FIRST_MS;
}

void
follower_on_gap(struct follower *f, uint64_t now_ms, uint32_t random_value)
{
    if (f->is_waiting || f->ask_at_ms != 0)
        return; /* on its way already */
    f->ask_at_ms = now_ms + jitter(random_value);
}

/*
 * Local time minus the hub's: both clocks run at one speed, so what this
 * grows above its smallest value is how late beats arrive.
 */
static void
note_offset(struct follower *f, const struct beat *b, uint64_t now_ms)
{
    int64_t offset = (int64_t)now_ms - (int64_t)b->up_ms;

    if (f->hub_epoch != b->epoch_us) {
        f->hub_epoch = b->epoch_us;
        f->window_at_ms = now_ms;
        f->offset_min = f->offset_min_before = offset;
    } else if (now_ms - f->window_at_ms > HALF_WINDOW_MS) {
        f->window_at_ms = now_ms;
        f->offset_min_before = f->offset_min;
        f->offset_min = offset;
    }
    if (offset < f->offset_min)
        f->offset_min = offset;
    f->is_slow = offset - f->offset_min > FOLLOWER_LAG_MS ||
                 offset - f->offset_min_before > FOLLOWER_LAG_MS;
}

void
follower_on_beat(struct follower *f, const struct beat *b, uint64_t now_ms)
{
    f->silent_since_ms = now_ms;
    note_offset(f, b, now_ms);
}

enum follower_action
follower_next(struct follower *f, uint64_t now_ms, uint32_t random_value)
{
    if (f->is_slow || now_ms >= f->silent_since_ms + FOLLOWER_SILENT_MS)
        return FOLLOWER_REBUILD;
    if (f->ask_at_ms == 0 || now_ms < f->ask_at_ms)
        return FOLLOWER_WAIT;
    plan_retry(f, now_ms, random_value);
    return FOLLOWER_ASK;
}
