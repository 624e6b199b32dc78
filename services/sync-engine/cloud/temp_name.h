/*
 * temp_name.h - the names of half-written files in a shared folder:
 * "<name><7 of [a-z0-9]>.tmp" (dejavu-format.md 3.1).
 *
 * The first three of the seven are a mark made of our device id, so that a
 * later run recognises what an earlier one of ours left behind; the others
 * count up from a random start.  Threads: any.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_TEMP_NAME_H
#define SERVICES_SYNC_ENGINE_CLOUD_TEMP_NAME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEMP_NAME_MARK   3
#define TEMP_NAME_SUFFIX 11 /* seven characters and ".tmp" */

struct temp_name {
    char mark[TEMP_NAME_MARK];
    atomic_uint next;
};

/* start: any number, better a random one. */
void temp_name_init(struct temp_name *t, const char *device, uint32_t start);

/* "<key><7>.tmp" into out; a name not given before by t. */
void temp_name_next(struct temp_name *t, const char *key, char *out,
                    size_t cap);

enum temp_name_owner {
    TEMP_NAME_NONE,   /* no temporary name at all */
    TEMP_NAME_OURS,   /* carries our mark */
    TEMP_NAME_OTHERS, /* somebody else's, perhaps being written now */
};

enum temp_name_owner temp_name_owner(const struct temp_name *t,
                                     const char *name);

#endif
