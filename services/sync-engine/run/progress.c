#include "services/sync-engine/run/progress.h"

#include "proto/wire.h"
#include "services/sync-engine/run/rate.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* An item costs as much as this many bytes: opening, creating, naming. */
#define ITEM_BYTES UINT64_C(16384)

struct counts {
    uint64_t items, bytes;
};

struct progress {
    pthread_mutex_t mutex;
    int wake_fd;
    uint64_t (*now_ms)(void);
    uint64_t started_at_ms;
    bool share_names;
    struct state state;
    uint64_t version;
    struct rate rate;
    enum phase phase;
    unsigned weight;
    struct counts seen[PHASE_COUNT]; /* in this run */
    uint64_t plan_from;              /* permille when the plan was made */
    uint64_t plan_units, plan_done;
};

static uint64_t
up_ms(const struct progress *p)
{
    return p->now_ms() - p->started_at_ms;
}

int
progress_new(struct progress **out, const struct progress_options *opt)
{
    struct progress *p = calloc(1, sizeof *p);
    int rc;

    *out = NULL;
    if (p == NULL)
        return -ENOMEM;
    p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->wake_fd < 0) {
        rc = -errno;
        free(p);
        return rc;
    }
    pthread_mutex_init(&p->mutex, NULL);
    p->now_ms = opt->now_ms;
    p->started_at_ms = opt->now_ms();
    p->share_names = opt->share_names;
    p->state = *opt->base;
    p->version = 1;
    *out = p;
    return 0;
}

void
progress_free(struct progress *p)
{
    if (p == NULL)
        return;
    close(p->wake_fd);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}

int
progress_wake_fd(const struct progress *p)
{
    return p->wake_fd;
}

void
progress_wake(struct progress *p)
{
    (void)eventfd_write(p->wake_fd, 1);
}

/* The next three are called with the mutex held. */
static void
set_name(struct progress *p, enum state_name name)
{
    p->version++;
    if (p->state.name == name)
        return;
    p->state.name = name;
    progress_wake(p);
}

/* Something really moved. */
static void
touch(struct progress *p)
{
    uint64_t permille = p->plan_from;

    p->version++;
    p->state.progress_up_ms = up_ms(p);
    if (p->plan_units > 0) {
        uint64_t done =
            p->plan_done < p->plan_units ? p->plan_done : p->plan_units;

        permille += (uint64_t)((double)(STATE_PERMILLE - permille) *
                               ((double)done / (double)p->plan_units));
    }
    if (permille >= STATE_PERMILLE)
        permille = STATE_PERMILLE - 1;
    if (permille > p->state.permille)
        p->state.permille = permille;
}

static void
advance(struct progress *p, const struct counts *to, const char *item)
{
    struct counts *seen = &p->seen[p->phase];
    uint64_t items = to->items > seen->items ? to->items - seen->items : 0;
    uint64_t bytes = to->bytes > seen->bytes ? to->bytes - seen->bytes : 0;

    seen->items += items;
    seen->bytes += bytes;
    p->plan_done += progress_units(items, bytes, p->weight);
    if (bytes > 0)
        rate_add(&p->rate, bytes, up_ms(p));
    p->state.items.current = seen->items;
    p->state.bytes.current = seen->bytes;
    /* A total that turned out too small is no total. */
    if (p->state.items.total != 0 && seen->items > p->state.items.total)
        p->state.items.total = seen->items;
    if (p->state.bytes.total != 0 && seen->bytes > p->state.bytes.total)
        p->state.bytes.total = seen->bytes;
    if (item != NULL && p->share_names) {
        wire_text_copy(p->state.item, sizeof p->state.item, item);
        p->state.has |= STATE_HAS_ITEM;
    }
    touch(p);
}

void
progress_start_run(struct progress *p, uint64_t run)
{
    pthread_mutex_lock(&p->mutex);
    memset(p->seen, 0, sizeof p->seen);
    p->rate = (struct rate){0};
    p->phase = PHASE_WALK;
    (void)snprintf(p->state.phase, sizeof p->state.phase, "%s",
                   phase_token(PHASE_WALK));
    p->weight = 0;
    p->plan_from = p->plan_units = p->plan_done = 0;
    p->state.run = run;
    p->state.run_up_ms = p->state.progress_up_ms = up_ms(p);
    p->state.permille = 0;
    p->state.items = p->state.bytes = (struct state_count){0};
    p->state.has &= ~(uint32_t)STATE_HAS_ITEM;
    p->state.has |= STATE_HAS_PHASE | STATE_HAS_RUN | STATE_HAS_RUN_TIMES |
                    STATE_HAS_ITEMS | STATE_HAS_BYTES | STATE_HAS_PERMILLE |
                    STATE_HAS_RATE;
    set_name(p, STATE_SYNCING);
    pthread_mutex_unlock(&p->mutex);
}

uint64_t
progress_units(uint64_t items, uint64_t bytes, unsigned weight)
{
    return weight * (items * ITEM_BYTES + bytes);
}

void
progress_plan(struct progress *p, uint64_t units)
{
    pthread_mutex_lock(&p->mutex);
    p->plan_from = p->state.permille;
    p->plan_units = units;
    p->plan_done = 0;
    pthread_mutex_unlock(&p->mutex);
}

void
progress_enter(struct progress *p, const struct progress_phase *phase)
{
    const struct counts *seen = &p->seen[phase->phase];

    pthread_mutex_lock(&p->mutex);
    p->phase = phase->phase;
    p->weight = phase->weight;
    (void)snprintf(p->state.phase, sizeof p->state.phase, "%s",
                   phase_token(phase->phase));
    p->state.has |= STATE_HAS_PHASE;
    p->state.has &= ~(uint32_t)STATE_HAS_ITEM;
    p->state.items.total = phase->items;
    p->state.bytes.total = phase->bytes;
    advance(p, &(struct counts){seen->items, seen->bytes}, NULL);
    pthread_mutex_unlock(&p->mutex);
}

void
progress_set(struct progress *p, uint64_t items, uint64_t bytes,
             const char *item)
{
    pthread_mutex_lock(&p->mutex);
    advance(p, &(struct counts){items, bytes}, item);
    pthread_mutex_unlock(&p->mutex);
}

void
progress_add(struct progress *p, uint64_t items, uint64_t bytes,
             const char *item)
{
    pthread_mutex_lock(&p->mutex);
    advance(p,
            &(struct counts){p->seen[p->phase].items + items,
                             p->seen[p->phase].bytes + bytes},
            item);
    pthread_mutex_unlock(&p->mutex);
}

void
progress_set_name(struct progress *p, enum state_name name)
{
    pthread_mutex_lock(&p->mutex);
    set_name(p, name);
    pthread_mutex_unlock(&p->mutex);
}

void
progress_set_enabled(struct progress *p, bool enabled)
{
    pthread_mutex_lock(&p->mutex);
    p->state.enabled = enabled;
    p->state.has |= STATE_HAS_ENABLED;
    p->version++;
    progress_wake(p);
    pthread_mutex_unlock(&p->mutex);
}

void
progress_set_next(struct progress *p, uint64_t next_at_ms)
{
    pthread_mutex_lock(&p->mutex);
    p->state.next_at_ms = next_at_ms;
    p->state.has |= STATE_HAS_NEXT;
    p->version++;
    pthread_mutex_unlock(&p->mutex);
}

void
progress_end_run(struct progress *p, const struct progress_outcome *outcome)
{
    struct state *s = &p->state;

    pthread_mutex_lock(&p->mutex);
    s->last = *outcome->last;
    if (s->last.ok) {
        s->synced_at_ms = s->last.at_ms;
        s->counts.ok++;
    } else {
        s->counts.failed++;
    }
    s->counts.conflicts += s->last.conflicts;
    s->counts.sent_bytes += s->last.sent.bytes;
    s->counts.received_bytes += s->last.received.bytes;
    if (outcome->head != NULL) {
        (void)snprintf(s->head, sizeof s->head, "%s", outcome->head);
        s->has |= STATE_HAS_HEAD;
    }
    s->next_at_ms = outcome->next_at_ms;
    s->failures = outcome->failures;
    s->has |= STATE_HAS_LAST | STATE_HAS_NEXT | STATE_HAS_FAILURES |
              STATE_HAS_SYNCED | STATE_HAS_COUNTS;
    s->has &= ~(uint32_t)(STATE_HAS_PHASE | STATE_HAS_ITEM | STATE_HAS_ITEMS |
                          STATE_HAS_BYTES | STATE_HAS_RATE |
                          STATE_HAS_PERMILLE | STATE_HAS_RUN_TIMES);
    set_name(p, outcome->name);
    pthread_mutex_unlock(&p->mutex);
}

uint64_t
progress_read(struct progress *p, struct state *out)
{
    uint64_t version;

    pthread_mutex_lock(&p->mutex);
    p->state.up_ms = up_ms(p);
    if (p->state.name == STATE_SYNCING)
        p->state.bytes_per_second = rate_read(&p->rate, p->state.up_ms);
    *out = p->state;
    version = p->version;
    pthread_mutex_unlock(&p->mutex);
    return version;
}
