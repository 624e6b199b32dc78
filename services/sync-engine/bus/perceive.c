#include "services/sync-engine/bus/perceive.h"

#include <stdio.h>
#include <string.h>

void
perceive_init(struct perceive *p)
{
    *p = (struct perceive){.due_ms = PERCEIVE_NEVER};
}

static bool
is_known(const struct perceive_heads *h, const char *head)
{
    for (size_t i = 0; i < h->count; i++) {
        if (strcmp(h->head[i], head) == 0)
            return true;
    }
    return false;
}

static void
set_head(char out[STATE_HEX_MAX], const char *head)
{
    (void)snprintf(out, STATE_HEX_MAX, "%s", head);
}

static void
learn(struct perceive_heads *h, const char *head)
{
    if (head[0] == '\0' || is_known(h, head))
        return;
    set_head(h->head[h->next], head);
    h->next = (h->next + 1) % PERCEIVE_KNOWN_MAX;
    if (h->count < PERCEIVE_KNOWN_MAX)
        h->count++;
}

void
perceive_begin(struct perceive *p)
{
    p->fresh_count = 0;
    p->sisters = 0;
}

static bool
is_sister(const struct state *own, const struct state *other)
{
    return (own->has & other->has & STATE_HAS_REPO) != 0 &&
           own->repo[0] != '\0' && strcmp(own->repo, other->repo) == 0;
}

void
perceive_engine(struct perceive *p, const struct state *own,
                const struct state *other, bool is_live)
{
    uint32_t finished = STATE_HAS_HEAD | STATE_HAS_LAST;

    if (!is_sister(own, other))
        return;
    if (is_live)
        p->sisters++;
    /* Before our first run everything would be news; it comes anyway. */
    if ((own->has & STATE_HAS_HEAD) == 0 ||
        (other->has & finished) != finished || other->head[0] == '\0' ||
        strcmp(own->head, other->head) == 0 ||
        is_known(&p->known, other->head) ||
        p->fresh_count == PERCEIVE_FRESH_MAX)
        return;
    for (size_t i = 0; i < p->taken_count; i++) {
        if (strcmp(p->taken[i], other->head) == 0)
            return;
    }
    set_head(p->fresh[p->fresh_count++], other->head);
}

uint64_t
perceive_end(struct perceive *p, uint64_t now_ms, uint32_t random_value)
{
    uint64_t spread_ms;

    if (p->fresh_count == 0) {
        p->due_ms = PERCEIVE_NEVER;
    } else if (p->due_ms == PERCEIVE_NEVER) {
        /* One sister is the one that ran: nobody else may want the lock. */
        spread_ms = p->sisters > 1 ? (p->sisters - 1) * PERCEIVE_SPREAD_MS : 0;
        if (spread_ms > PERCEIVE_JITTER_MS)
            spread_ms = PERCEIVE_JITTER_MS;
        p->due_ms = now_ms + random_value % (spread_ms + 1);
        if (p->due_ms < p->not_until_ms)
            p->due_ms = p->not_until_ms;
    }
    return p->due_ms;
}

void
perceive_run_begins(struct perceive *p, bool for_this, uint64_t now_ms)
{
    memcpy(p->taken, p->fresh, sizeof p->taken);
    p->taken_count = p->fresh_count;
    p->fresh_count = 0;
    p->due_ms = PERCEIVE_NEVER;
    if (for_this)
        p->not_until_ms = now_ms + PERCEIVE_PAUSE_MS;
}

/* What became known is no news any more, also before the next look. */
static void
drop_known(struct perceive *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->fresh_count; i++) {
        if (!is_known(&p->known, p->fresh[i]))
            memmove(p->fresh[kept++], p->fresh[i], sizeof p->fresh[i]);
    }
    p->fresh_count = kept;
    if (kept == 0)
        p->due_ms = PERCEIVE_NEVER;
}

void
perceive_run_ended(struct perceive *p, bool covered)
{
    for (size_t i = 0; covered && i < p->taken_count; i++)
        learn(&p->known, p->taken[i]);
    p->taken_count = 0;
    drop_known(p);
}

void
perceive_learn(struct perceive *p, const char *head)
{
    learn(&p->known, head);
    drop_known(p);
}
