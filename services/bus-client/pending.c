#include "services/bus-client/pending.h"

#include <string.h>

#define CREDIT_MAX_MS (PENDING_BURST * 1000 / PENDING_RATE)
#define COST_MS       (1000 / PENDING_RATE + 1)

void
pending_init(struct pending *p, uint64_t now_ms)
{
    *p = (struct pending){.credit_ms = CREDIT_MAX_MS, .paced_at_ms = now_ms};
}

void
pending_add(struct pending *p, struct pending_call *call, uint64_t now_ms)
{
    call->next = NULL;
    call->is_sent = false;
    call->deadline_ms = now_ms + COMMAND_TIMEOUT_MS;
    if (p->last != NULL) {
        p->last->next = call;
    } else {
        p->first = call;
    }
    p->last = call;
}

static struct pending_call *
find_unsent(const struct pending *p)
{
    struct pending_call *call = p->first;

    while (call != NULL && call->is_sent)
        call = call->next;
    return call;
}

bool
pending_has_unsent(const struct pending *p)
{
    return find_unsent(p) != NULL;
}

static uint64_t
credit_at(const struct pending *p, uint64_t now_ms)
{
    uint64_t credit = p->credit_ms + (now_ms - p->paced_at_ms);

    return credit < CREDIT_MAX_MS ? credit : CREDIT_MAX_MS;
}

struct pending_call *
pending_next(struct pending *p, uint64_t now_ms)
{
    return credit_at(p, now_ms) >= COST_MS ? find_unsent(p) : NULL;
}

void
pending_sent(struct pending *p, struct pending_call *call, uint64_t now_ms)
{
    p->credit_ms = credit_at(p, now_ms) - COST_MS;
    p->paced_at_ms = now_ms;
    call->is_sent = true;
}

void
pending_unsend(struct pending *p)
{
    for (struct pending_call *c = p->first; c != NULL; c = c->next)
        c->is_sent = false;
}

/* Take out the one behind before; NULL for the first. */
static struct pending_call *
take_behind(struct pending *p, struct pending_call *before)
{
    struct pending_call *call = before != NULL ? before->next : p->first;

    if (call == NULL)
        return NULL;
    if (before != NULL) {
        before->next = call->next;
    } else {
        p->first = call->next;
    }
    if (p->last == call)
        p->last = before;
    call->next = NULL;
    return call;
}

struct pending_call *
pending_take(struct pending *p, const void *request, size_t len)
{
    struct pending_call *before = NULL;

    if (len != COMMAND_ID_MAX - 1)
        return NULL;
    for (struct pending_call *c = p->first; c != NULL; c = c->next) {
        if (memcmp(c->request, request, len) == 0)
            return take_behind(p, before);
        before = c;
    }
    return NULL;
}

struct pending_call *
pending_expire(struct pending *p, uint64_t now_ms)
{
    if (p->first == NULL || now_ms < p->first->deadline_ms)
        return NULL;
    return take_behind(p, NULL);
}

struct pending_call *
pending_pop(struct pending *p)
{
    return take_behind(p, NULL);
}

uint64_t
pending_wait_ms(const struct pending *p, uint64_t now_ms, uint64_t max_ms)
{
    uint64_t credit = credit_at(p, now_ms), wait = max_ms;

    if (p->first == NULL)
        return wait;
    if (p->first->deadline_ms <= now_ms)
        return 0;
    if (p->first->deadline_ms - now_ms < wait)
        wait = p->first->deadline_ms - now_ms;
    if (credit < COST_MS && COST_MS - credit < wait && pending_has_unsent(p))
        wait = COST_MS - credit;
    return wait;
}
