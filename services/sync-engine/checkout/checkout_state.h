/*
 * checkout_state.h - what the steps of one checkout share; private to
 * checkout*.c.
 *
 * A step returns 0 to go on, CHECKOUT_CHANGED with out->changed set, or a
 * negative value with *p filled.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_CHECKOUT_STATE_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_CHECKOUT_STATE_H

#include "services/sync-engine/checkout/checkout.h"
#include "services/sync-engine/checkout/data.h"
#include "services/sync-engine/checkout/folders.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where an upsert is on its way. */
enum checkout_item {
    CHECKOUT_ITEM_TODO,
    CHECKOUT_ITEM_WRITTEN, /* its temporary file is complete */
    CHECKOUT_ITEM_TOUCH,   /* its content is in place, its time is not */
    CHECKOUT_ITEM_DONE,
};

struct checkout {
    const struct checkout_options *opt;
    const struct checkout_job *job;
    struct checkout_result *out;
    struct data data;
    dev_t device;  /* of data */
    uint64_t seed; /* of the temporary names, see intent.h */
    bool has_made; /* made and lock are there */
    struct folders_made made;
    enum checkout_item *items; /* one for each upsert */

    pthread_mutex_t lock; /* of now and out->changed, by workers */
    atomic_bool changed;  /* out->changed is set: all stop */
    atomic_bool foreign;  /* a file is on another disk than data */
    atomic_size_t coarse; /* files whose time the disk cannot hold */
    uint64_t bytes;       /* of all upserts */
    struct checkout_progress now;
};

/* What the snapshot saw at this path; NULL: nothing. */
const struct file_record *checkout_was(const struct checkout *c,
                                       const char *path);

/*
 * Look at the place of an upsert in its open folder.
 *
 * Returns 0: as the snapshot saw it; SEEN_WANTED, SEEN_LEFT_OUT, SEEN_FOLDER
 * (where it saw nothing), SEEN_CHANGED for all that is new since; or negative.
 */
int checkout_look(const struct checkout *c, struct worker *w, int dir_fd,
                  const struct file_record *want, struct problem *p);

/* Note the first changed path.  Returns CHECKOUT_CHANGED. */
int checkout_changed(struct checkout *c, const char *path);

/* Returns 0, or a negative value with *p filled: PROBLEM_CANCELLED. */
int checkout_go_on(const struct checkout *c, struct problem *p);

/* Enter a step that has so many files, the first `done` of them done. */
void checkout_enter(struct checkout *c, enum checkout_step step, uint64_t done,
                    uint64_t files);

/* So much more is done, at path; by any thread. */
void checkout_report(struct checkout *c, uint64_t files, uint64_t bytes,
                     const char *path);

/* checkout_write.c: every upsert to a temporary file, by workers. */
int checkout_write(struct checkout *c, struct problem *p);

/* Remove what checkout_write() made and nobody renamed. */
int checkout_discard(struct checkout *c, struct problem *p);

/* checkout_rename.c: every upsert to its place, in order. */
int checkout_rename(struct checkout *c, struct problem *p);

/* Remove the files first to end - 1 of the removes. */
int checkout_remove(struct checkout *c, size_t first, size_t end,
                    struct problem *p);

#endif
