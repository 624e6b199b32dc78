/*
 * world.h - one device for tests that write into a workspace: a workspace, a
 * repository with objects, a state folder, all in a scratch folder.
 *
 * A failure ends the test (cmocka).
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "services/sync-engine/checkout/checkout.h"
#include "services/sync-engine/checkout/keep.h"
#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/repo.h"
#include "tests/support/scratch.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define WORLD_T0    1700000000123 /* ms: an mtime */
#define WORLD_START 1700000100000 /* ms: of the sync */

struct world {
    struct scratch scratch;
    char workspace[PATH_MAX]; /* <scratch>/ws, with data/ */
    int state_fd;             /* <scratch>/state */
    struct repo *repo;        /* <scratch>/repo */
    struct arena arena;       /* holds records */
    struct file_list seen;    /* what the snapshot saw; sort it yourself */
    struct problem problem;   /* of the last call */
};

void world_make(struct world *w);
void world_remove(struct world *w);

/*
 * A record of this content, with its chunks in the object store; "|" is where
 * a chunk ends.  Valid until world_remove().
 */
const struct file_record *world_record(struct world *w, const char *path,
                                       const char *content, int64_t updated);

/* A file in data/ and in w->seen. */
const struct file_record *world_file(struct world *w, const char *path,
                                     const char *content, int64_t updated);

/* Is data<path> a file of this content? */
bool world_has(const struct world *w, const char *path, const char *content);

/* Is there no temporary file in the workspace, nor an intent? */
bool world_is_clean(const struct world *w);

/* Options of a checkout or of history copies in this world. */
struct checkout_options world_options(const struct world *w);
struct keep_options world_keep_options(const struct world *w);

#endif
