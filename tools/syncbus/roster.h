/*
 * roster.h - the engines a command is about, copied out of the mirror, so that
 * nothing is printed under its lock.
 */
#ifndef TOOLS_SYNCBUS_ROSTER_H
#define TOOLS_SYNCBUS_ROSTER_H

#include "services/bus-client/mirror.h"
#include "services/runtime/options.h"

struct roster {
    struct copy_engine *engines; /* sorted by id */
    size_t count, cap;
    size_t known; /* to the hub, wanted or not */
    bool has_snapshot, bus_up;
    uint64_t hub_epoch, hub_minor, generation;
    uint64_t beat_at_ms;      /* of the boot clock */
    uint64_t now_ms, wall_ms; /* when it was taken */
    uint64_t lost;
    struct tally_refused refused;
};

/*
 * Replace what r holds by the engines named in wanted, or all of them when it
 * is empty; all zero at first.  Returns 0, or -ENOMEM and r as it was.
 */
int roster_take(struct roster *r, struct mirror *m,
                const struct option_list *wanted);

void roster_clear(struct roster *r);

/* The engine of that id, or NULL. */
const struct copy_engine *roster_find(const struct roster *r, const char *id);

#endif
