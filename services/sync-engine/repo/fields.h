/*
 * fields.h - reading JSON objects by the rules of a Go decoder (section 3.2):
 * keys match in any case, unknown ones are ignored, missing or null ones leave
 * the zero value, integers are integers.  A key that comes twice is refused:
 * readers would disagree about which counts.
 *
 * Every reader returns 0; -EBADMSG for another type or a value out of range;
 * or -ENOMEM.  Text and lists are copied into the arena.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_FIELDS_H
#define SERVICES_SYNC_ENGINE_REPO_FIELDS_H

#include "services/sync-engine/repo/arena.h"
#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/oid.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Parse one JSON object.  Returns 0 and sets *out, which the caller releases
 * with json_decref(); or fails and sets it to NULL.
 */
int fields_open(json_t **out, const struct buffer *json);

/*
 * Find the value under key.  Returns 0 and sets *out, which stays object's;
 * NULL when it is missing or null.
 */
int fields_find(json_t **out, json_t *object, const char *key);

/* Read an integer; 0 when missing. */
int fields_int(int64_t *out, json_t *object, const char *key);

/* Read an integer that is not negative; 0 when missing. */
int fields_size(int64_t *out, json_t *object, const char *key);

/* Read text; "" when missing.  It ends at its first NUL. */
int fields_text(const char **out, struct arena *a, json_t *object,
                const char *key);

/* Read an id.  A missing one is refused. */
int fields_oid(struct oid *out, json_t *object, const char *key);

struct fields_ids {
    struct oid *ids; /* in the arena */
    size_t count;
};

/* Read a list of ids; empty when missing. */
int fields_oids(struct fields_ids *out, struct arena *a, json_t *object,
                const char *key);

#endif
