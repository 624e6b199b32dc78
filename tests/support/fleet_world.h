/*
 * fleet_world.h - a script run over the fleet in memory, and, if wanted, over
 * something that must do the same: devices on disk.
 *
 * Every write has a second of its own, as files of one path and second are
 * one object to the format, except for writes of equal content.
 */
#ifndef TESTS_SUPPORT_FLEET_WORLD_H
#define TESTS_SUPPORT_FLEET_WORLD_H

#include "tests/support/fleet.h"
#include "tests/support/fleet_script.h"

#include <stddef.h>
#include <stdint.h>

struct fleet_world;

/* What is done to the fleet is done to the other too; all NULL: to nothing. */
struct fleet_mirror {
    void (*write)(void *ctx, int device, const struct file_record *file,
                  const char *text);
    void (*touch)(void *ctx, int device, const struct file_record *file);
    void (*move)(void *ctx, int device, const char *from,
                 const struct file_record *to);
    void (*remove)(void *ctx, int device, const char *path);
    /* After the fleet's own sync; returns what differs, or NULL. */
    const char *(*sync)(void *ctx, struct fleet_world *w, int device,
                        enum fleet_direction direction);
    void *ctx;
};

struct fleet_world {
    struct fleet fleet;
    struct fleet_mirror mirror;
    const struct script *script;
    struct fleet_result result; /* of the last sync */
    int64_t now_s;
    int64_t used_s[SCRIPT_OPS_MAX * 4]; /* seconds that have been written */
    size_t used_count;
};

/*
 * Run the script's steps, then let the fleet come to rest.  w comes in with
 * its script and mirror set, all else {0}; fleet_clear() its fleet.
 *
 * Returns NULL, or what went wrong: an edit without a copy, a winner that did
 * not win, a sync that has something to do after a sync, devices that differ
 * in the end, or what the mirror says.
 */
const char *fleet_world_run(struct fleet_world *w);

#endif
