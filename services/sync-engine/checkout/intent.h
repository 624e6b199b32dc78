/*
 * intent.h - which temporary names are about to be used in the workspace,
 * written down durably before the first of them is (the file "checkout" or
 * "keeping" of the state folder).
 *
 * A temporary file of item i is "<name><7 of [a-z0-9]>.tmp", the seven made of
 * a random seed and i.  So the seed and the list of paths tell every name that
 * may be left after a kill, and no other one.
 *
 * The file: "syncbus-intent 1\n", then fields that end in NUL: the workspace,
 * the seed in decimal, the number of paths, the paths, "end".
 * Threads: one at a time for one state folder.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_INTENT_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_INTENT_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTENT_NONE    1 /* there is no such file */
#define INTENT_REFUSED 2 /* there is one, but it is no intent */

#define INTENT_CHECKOUT "checkout"
#define INTENT_KEEPING  "keeping"

#define INTENT_SUFFIX_LEN 11  /* "abcdefg.tmp" */
#define INTENT_NAME_MAX   256 /* bytes of a temporary name, with the NUL */

/* Starts as {0}. */
struct intent {
    uint64_t seed;
    const char **paths; /* "/"-rooted, below data/ or history/ */
    size_t count;
    const char *workspace;
    struct buffer text; /* of an intent that was read: what they point into */
};

/*
 * The temporary name of item i, whose own name (no slash) is given.  A name
 * that would be too long loses its end, at a character.  Returns out.
 */
char *intent_temp_name(char out[INTENT_NAME_MAX], const char *name,
                       uint64_t seed, size_t i);

/* A fresh seed.  Returns 0, or -EIO when there is no randomness. */
int intent_seed(uint64_t *out);

/*
 * Write it down, durably, over an older one.
 *
 * Returns 0, or -errno with *p filled.
 */
int intent_write(int state_fd, const char *file, const struct intent *in,
                 struct problem *p);

/*
 * Read it back; paths are path_check()ed.
 *
 * Returns 0 and *out, which goes to intent_clear(); INTENT_NONE,
 * INTENT_REFUSED, or -errno with *p filled.  Unless 0, *out is {0}.
 */
int intent_read(struct intent *out, int state_fd, const char *file,
                struct problem *p);

/* Is it about this workspace, however it is spelled? */
bool intent_is_of(const struct intent *in, const char *workspace);

/* All of it is done: remove the file. */
void intent_end(int state_fd, const char *file);

/* Release everything of an intent that was read; {0} is fine. */
void intent_clear(struct intent *in);

#endif
