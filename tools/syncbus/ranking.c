#include "tools/syncbus/ranking.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The order in which states want to be seen. */
static const enum copy_shown order[COPY_SHOWN_COUNT] = {
    COPY_STALLED, COPY_SYNCING, COPY_ERROR, COPY_QUEUED,
    COPY_OFFLINE, COPY_UNKNOWN, COPY_IDLE,  COPY_DISABLED,
};

static void
describe_rest(struct ranking *r, const struct copy_engine *engines,
              size_t count, const bool *is_shown)
{
    size_t states[COPY_SHOWN_COUNT] = {0}, rest = 0, used;

    for (size_t i = 0; i < count; i++) {
        if (is_shown != NULL && is_shown[i])
            continue;
        states[engines[i].shown]++;
        rest++;
    }
    if (rest == 0)
        return;
    (void)snprintf(r->rest, sizeof r->rest, "and %zu more:", rest);
    for (size_t o = 0; o < COPY_SHOWN_COUNT; o++) {
        if (states[order[o]] == 0)
            continue;
        used = strlen(r->rest);
        (void)snprintf(r->rest + used, sizeof r->rest - used, "%s %zu %s",
                       r->rest[used - 1] == ':' ? "" : ",", states[order[o]],
                       copy_shown_token(order[o]));
    }
}

static void
pick(struct ranking *r, const struct copy_engine *engines, size_t count,
     size_t room)
{
    bool *is_shown = calloc(count, sizeof *is_shown);

    for (size_t o = 0; is_shown != NULL && o < COPY_SHOWN_COUNT; o++) {
        for (size_t i = 0; i < count && r->count < room; i++) {
            if (engines[i].shown != order[o])
                continue;
            r->index[r->count++] = i;
            is_shown[i] = true;
        }
    }
    describe_rest(r, engines, count, is_shown);
    free(is_shown);
}

void
ranking_make(struct ranking *out, const struct copy_engine *engines,
             size_t count, size_t room)
{
    *out = (struct ranking){.count = 0};
    if (count == 0)
        return;
    out->index = calloc(count, sizeof *out->index);
    if (out->index == NULL) {
        describe_rest(out, engines, count, NULL);
        return;
    }
    if (count > room) {
        pick(out, engines, count, room > 0 ? room - 1 : 0);
        return;
    }
    for (size_t i = 0; i < count; i++)
        out->index[out->count++] = i;
}

void
ranking_clear(struct ranking *r)
{
    free(r->index);
    *r = (struct ranking){.count = 0};
}
