#include "services/sync-engine/run/remote.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/cipher.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/pack.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/repo/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_LIST    "indexes-v2.json"
#define REF_BYTES_MAX 4096

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* White space around the id is forgiven, as a kernel does. */
static int
parse_ref(struct oid *id, const struct store_buffer *b)
{
    const char *text = b->data;
    size_t len = b->size;

    while (len > 0 && is_space(text[len - 1]))
        len--;
    while (len > 0 && is_space(text[0])) {
        text++;
        len--;
    }
    return oid_from_hex(id, text, len);
}

int
remote_read_latest(const struct remote *r, struct oid *id, struct fault *f)
{
    struct store_buffer b;
    int rc = store_get(r->store, REFS_LATEST, REF_BYTES_MAX, &b, f);

    if (rc == STORE_ABSENT)
        return REMOTE_EMPTY;
    if (rc < 0)
        return rc;
    rc = parse_ref(id, &b);
    free(b.data);
    if (rc < 0) {
        return fault_set(f, CODE_NOT_FOUND,
                         REFS_LATEST " in the store names no snapshot");
    }
    return 0;
}

static int
blame_missing(const char *key, struct fault *f)
{
    return fault_set(f, CODE_NOT_FOUND,
                     "the store lacks %s, which its " REFS_LATEST " names",
                     key);
}

int
remote_check_index(const struct remote *r, const struct oid *id,
                   struct fault *f)
{
    char key[INDEXES_KEY_MAX];
    int rc = store_exists(r->store, indexes_key(id, key), f);

    return rc == STORE_ABSENT ? blame_missing(key, f) : rc;
}

/* What the store keeps under key, unpacked.  0, STORE_ABSENT or negative. */
static int
get_unpacked(const struct remote *r, const char *key, struct buffer *out,
             struct fault *f)
{
    struct store_buffer b;
    int rc = store_get(r->store, key, PACK_INDEX_MAX, &b, f);

    if (rc != 0)
        return rc;
    rc = pack_decompress(repo_worker(r->repo)->pack, out, b.data, b.size,
                         PACK_INDEX_MAX);
    free(b.data);
    if (rc == -ENOMEM)
        return fault_errno(f, rc, "cannot unpack %s", key);
    if (rc == -EFBIG) {
        return fault_set(f, CODE_NOT_FOUND,
                         "%s in the store unpacks to more than %u MiB", key,
                         PACK_INDEX_MAX >> 20);
    }
    if (rc < 0)
        return fault_set(f, CODE_NOT_FOUND, "%s in the store is damaged", key);
    return 0;
}

int
remote_load_index(const struct remote *r, const struct oid *id,
                  struct index_record *out, struct arena *a, struct fault *f)
{
    char key[INDEXES_KEY_MAX];
    struct buffer json = {0};
    struct index_record index = {0};
    int rc = get_unpacked(r, indexes_key(id, key), &json, f);

    if (rc == STORE_ABSENT)
        rc = blame_missing(key, f);
    if (rc == 0) {
        rc = index_record_decode(&index, a, &json, id);
        if (rc == -ENOMEM) {
            fault_errno(f, rc, "cannot read %s", key);
        } else if (rc < 0) {
            fault_set(f, CODE_NOT_FOUND, "%s in the store is no index", key);
        }
    }
    buffer_clear(&json);
    if (rc < 0)
        return rc;
    rc = cipher_check_verify(repo_worker(r->repo)->cipher, index.key_check);
    if (rc == -EKEYREJECTED) {
        return fault_set(f, CODE_KEY_MISMATCH,
                         "%s in the store was made with another key", key);
    }
    if (rc < 0)
        return fault_errno(f, rc, "cannot check the key of %s", key);
    *out = index;
    return 0;
}

int
remote_send_index(const struct remote *r, const struct oid *id, struct fault *f)
{
    char key[INDEXES_KEY_MAX];
    const struct store_body body = {.dir_fd = repo_dir(r->repo),
                                    .path = indexes_key(id, key)};
    int rc = store_put(r->store, key, &body, STORE_REPLACE | STORE_DURABLE, f);

    return rc < 0 ? rc : 0;
}

int
remote_send_latest(const struct remote *r, const struct oid *id,
                   struct fault *f)
{
    char hex[OID_HEX_MAX];
    const struct store_body body = {.data = oid_to_hex(id, hex),
                                    .size = OID_HEX_LEN};
    struct oid seen;
    int rc = store_put(r->store, REFS_LATEST, &body,
                       STORE_REPLACE | STORE_DURABLE, f);

    if (rc < 0)
        return rc;
    rc = remote_read_latest(r, &seen, f);
    if (rc < 0)
        return rc;
    if (rc == REMOTE_EMPTY || !oid_equal(&seen, id)) {
        return fault_set(f, CODE_UNAVAILABLE,
                         "the store does not give back the " REFS_LATEST
                         " it took");
    }
    return 0;
}

/* By id, and within one id in the order of the list. */
static int
compare_entries(const void *a, const void *b)
{
    const struct index_entry *const *x = a;
    const struct index_entry *const *y = b;
    int order = oid_compare(&(*x)->id, &(*y)->id);

    return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* Set twice[i] for every entry whose id stands further up already. */
static int
find_twice(const struct index_list *list, bool *twice, struct arena *a)
{
    const struct index_entry **sorted =
        arena_alloc(a, (list->count + 1) * sizeof(struct index_entry *));

    if (sorted == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < list->count; i++) {
        sorted[i] = &list->entries[i];
        twice[i] = false;
    }
    qsort(sorted, list->count, sizeof(const struct index_entry *),
          compare_entries);
    for (size_t i = 1; i < list->count; i++) {
        if (oid_equal(&sorted[i]->id, &sorted[i - 1]->id))
            twice[sorted[i] - list->entries] = true;
    }
    return 0;
}

/*
 * Put entry first and drop what is listed twice.  Returns 0, -EEXIST when it
 * was listed, or -ENOMEM.
 */
static int
prepend(struct index_list *list, const struct index_entry *entry,
        struct arena *a)
{
    struct index_entry *entries =
        arena_alloc(a, (list->count + 1) * sizeof *entries);
    bool *twice = arena_alloc(a, list->count + 1);
    size_t count = 1;

    if (entries == NULL || twice == NULL || find_twice(list, twice, a) < 0)
        return -ENOMEM;
    entries[0] = *entry;
    for (size_t i = 0; i < list->count; i++) {
        if (oid_equal(&list->entries[i].id, &entry->id))
            return -EEXIST;
        if (!twice[i])
            entries[count++] = list->entries[i];
    }
    *list = (struct index_list){.entries = entries, .count = count};
    return 0;
}

static int
send_list(const struct remote *r, const struct index_list *list,
          struct fault *f)
{
    struct buffer json = {0};
    struct buffer packed = {0};
    int rc = index_list_encode(&json, list);

    if (rc == 0) {
        rc = pack_compress(repo_worker(r->repo)->pack, &packed, json.data,
                           json.len);
    }
    if (rc < 0) {
        fault_errno(f, rc, "cannot encode " INDEX_LIST);
    } else {
        const struct store_body body = {.data = packed.data,
                                        .size = packed.len};

        rc = store_put(r->store, INDEX_LIST, &body,
                       STORE_REPLACE | STORE_DURABLE, f);
    }
    buffer_clear(&json);
    buffer_clear(&packed);
    return rc < 0 ? rc : 0;
}

/* 0 with *list filled, empty when there is none; or negative. */
static int
load_list(const struct remote *r, struct index_list *list, struct arena *a,
          struct fault *f)
{
    struct buffer json = {0};
    int rc = get_unpacked(r, INDEX_LIST, &json, f);

    if (rc == STORE_ABSENT) {
        rc = 0;
    } else if (rc == 0) {
        rc = index_list_decode(list, a, &json);
        if (rc < 0) {
            fault_set(f, rc == -ENOMEM ? CODE_INTERNAL : CODE_NOT_FOUND,
                      INDEX_LIST " in the store is damaged");
        }
    }
    buffer_clear(&json);
    if (rc >= 0 || !r->mend || f->code != CODE_NOT_FOUND)
        return rc;
    log_line(LOG_WARN, "%s: it is begun anew", f->cause);
    *f = (struct fault){0};
    *list = (struct index_list){0};
    return 0;
}

int
remote_send_entry(const struct remote *r, const struct index_entry *entry,
                  struct fault *f)
{
    struct arena a = {0};
    struct index_list list = {0};
    int rc = load_list(r, &list, &a, f);

    if (rc == 0) {
        rc = prepend(&list, entry, &a);
        if (rc == 0) {
            rc = send_list(r, &list, f);
        } else if (rc == -ENOMEM) {
            fault_errno(f, rc, "cannot extend " INDEX_LIST);
        } else {
            rc = 0;
        }
    }
    arena_clear(&a);
    return rc;
}
