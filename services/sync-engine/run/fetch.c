#include "services/sync-engine/run/fetch.h"

#include "services/sync-engine/merge/decide.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/path.h"
#include "services/sync-engine/repo/pool.h"
#include "services/sync-engine/run/forward.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

/* Sealed bytes: zstd makes what cannot be packed a little larger. */
#define SLACK      (1U << 16)
#define CHUNK_MAX  (PACK_CHUNK_MAX + SLACK)
#define RECORD_MAX (PACK_RECORD_MAX + SLACK)

#define PATH_SAID_MAX 80 /* bytes of a path in a cause */

struct fetch;

/* What makes a chunk, or a file object, of its plain bytes in w->text. */
typedef int (*verify_fn)(struct worker *w, const struct plan_object *object,
                         struct fault *f);

struct fetch {
    const struct fetch_options *opt;
    const struct plan_list *list;
    size_t sealed_max, plain_max;
    verify_fn verify;
    const struct fetch_rivals *rivals; /* or NULL */
    pthread_mutex_t mutex;             /* guards the rest */
    struct fetch_count got;
    struct fault fault; /* the first one that is no problem of the repository */
};

static int
compare_objects(const void *a, const void *b)
{
    return oid_compare(a, b); /* the id comes first */
}

/* Keep one of each id, of those that are not here. */
static int
keep_missing(struct plan_list *l, struct repo *r, struct problem *p)
{
    size_t kept = 0;

    if (l->count > 0)
        qsort(l->objects, l->count, sizeof *l->objects, compare_objects);
    for (size_t i = 0; i < l->count; i++) {
        int rc;

        if (i > 0 && oid_equal(&l->objects[i - 1].id, &l->objects[i].id))
            continue;
        rc = objects_exists(repo_objects(r), &l->objects[i].id, p);
        if (rc < 0)
            return rc;
        if (rc == OBJECTS_ABSENT)
            l->objects[kept++] = l->objects[i];
    }
    l->count = kept;
    return 0;
}

static int
finish_list(struct plan_list *out, struct plan_list *l, struct repo *r,
            struct problem *p)
{
    int rc = keep_missing(l, r, p);

    if (rc < 0) {
        free(l->objects);
        return rc;
    }
    *out = *l;
    return 0;
}

int
fetch_find_files(struct plan_list *out, struct repo *r,
                 const struct index_record *index, struct problem *p)
{
    struct plan_list l = {.count = index->count};

    *out = (struct plan_list){0};
    l.objects = calloc(index->count + 1, sizeof *l.objects);
    if (l.objects == NULL)
        return problem_errno(p, -ENOMEM, "listing what is missing");
    for (size_t i = 0; i < index->count; i++) {
        l.objects[i] =
            (struct plan_object){.id = index->files[i], .file = (uint32_t)i};
    }
    return finish_list(out, &l, r, p);
}

static uint32_t
guess_size(const struct file_record *f)
{
    int64_t size = f->chunk_count > 0 ? f->size / f->chunk_count : 0;

    return size < (int64_t)PACK_CHUNK_MAX ? (uint32_t)size : PACK_CHUNK_MAX;
}

int
fetch_find_chunks(struct plan_list *out, struct repo *r,
                  const struct file_list *files, struct problem *p)
{
    struct plan_list l = {0};
    size_t room = 0;

    *out = (struct plan_list){0};
    for (size_t i = 0; i < files->count; i++)
        room += files->files[i].chunk_count;
    l.objects = calloc(room + 1, sizeof *l.objects);
    if (l.objects == NULL)
        return problem_errno(p, -ENOMEM, "listing what is missing");
    for (size_t i = 0; i < files->count; i++) {
        const struct file_record *f = &files->files[i];

        for (uint32_t c = 0; c < f->chunk_count; c++) {
            l.objects[l.count++] =
                (struct plan_object){.id = f->chunks[c],
                                     .file = (uint32_t)i,
                                     .size_bytes = guess_size(f)};
        }
    }
    return finish_list(out, &l, r, p);
}

static int
damaged(struct fault *f, const struct oid *id, const char *why)
{
    char key[OBJECTS_KEY_MAX];

    return fault_set(f, CODE_NOT_FOUND, "%s in the store is damaged: %s",
                     objects_key(id, key), why);
}

static int
verify_chunk(struct worker *w, const struct plan_object *object,
             struct fault *f)
{
    struct oid found;
    int rc = oid_of_bytes(&found, w->text.data, w->text.len);

    if (rc < 0)
        return fault_errno(f, rc, "cannot verify a chunk");
    if (!oid_equal(&found, &object->id)) {
        return damaged(f, &object->id, "its content is not what its name says");
    }
    return 0;
}

/* What the record calls itself, quoted; the record is not one we read. */
static int
blame_path(const struct worker *w, const struct plan_object *object, int rc,
           struct fault *f)
{
    char key[OBJECTS_KEY_MAX];
    json_t *root = json_loadb((const char *)w->text.data, w->text.len, 0, NULL);
    char *path = json_dumps(json_object_get(root, "path"),
                            JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

    fault_set(f, CODE_UNSAFE_PATH,
              "%s in the store is of %.*s, which cannot be written: %s",
              objects_key(&object->id, key), PATH_SAID_MAX,
              path == NULL ? "a file" : path, path_reason(rc));
    free(path);
    json_decref(root);
    return -EIO;
}

static int
verify_file(struct worker *w, const struct plan_object *object, struct fault *f)
{
    struct arena arena = {0};
    struct file_record record;
    int rc = file_record_decode(&record, &arena, &w->text, &object->id);

    arena_clear(&arena);
    if (rc == 0)
        return 0;
    if (rc == -ENOMEM)
        return fault_errno(f, rc, "cannot read a file object");
    if (rc == -EBADMSG || rc == -EUCLEAN) {
        return damaged(f, &object->id,
                       "it is not the file record its name says");
    }
    return blame_path(w, object, rc, f);
}

/* Open and unpack what the store gave into w->text. */
static int
unpack(const struct fetch *x, struct worker *w, const struct oid *id,
       struct store_buffer *b, struct fault *f)
{
    unsigned char *data = (unsigned char *)b->data;
    int rc = cipher_open(w->cipher, data + CIPHER_NONCE, data, b->size);
    char key[OBJECTS_KEY_MAX];

    if (rc == -EBADMSG && !x->opt->key_known) {
        return fault_set(f, CODE_KEY_MISMATCH,
                         "%s in the store does not open with this key",
                         objects_key(id, key));
    }
    if (rc == -EBADMSG || rc == -EFBIG)
        return damaged(f, id, "it does not decrypt");
    w->text.len = 0;
    if (rc == 0) {
        rc = pack_decompress(w->pack, &w->text, data + CIPHER_NONCE,
                             b->size - CIPHER_OVERHEAD, x->plain_max);
    }
    if (rc == -EBADMSG)
        return damaged(f, id, "it does not unpack");
    if (rc == -EFBIG)
        return damaged(f, id, "it unpacks to more than any object holds");
    return rc < 0 ? fault_errno(f, rc, "cannot open an object") : 0;
}

/* Download one object to w->text, verified.  Returns its stored size or so. */
static int
download(const struct fetch *x, struct worker *w,
         const struct plan_object *object, uint64_t *bytes, struct fault *f)
{
    struct store_buffer b = {0};
    char key[OBJECTS_KEY_MAX];
    int rc = x->opt->should_stop(x->opt->ctx, f);

    if (rc == 0) {
        rc = store_get(x->opt->store, objects_key(&object->id, key),
                       x->sealed_max, &b, f);
    }
    if (rc == STORE_ABSENT) {
        return fault_set(f, CODE_NOT_FOUND,
                         "the store lacks %s, which its snapshot needs", key);
    }
    if (rc < 0)
        return rc;
    *bytes = b.size;
    rc = unpack(x, w, &object->id, &b, f);
    free(b.data);
    return rc < 0 ? rc : x->verify(w, object, f);
}

/* w->text is a verified file object; whose content is it? */
static int
settle_rival(const struct fetch *x, struct worker *w,
             const struct plan_object *object, struct problem *p)
{
    struct arena arena = {0};
    struct file_record theirs;
    int rc = file_record_decode(&theirs, &arena, &w->text, &object->id);
    bool same;

    if (rc < 0) {
        arena_clear(&arena);
        return problem_errno(p, rc, "cannot read a file object");
    }
    same = decide_same(&x->rivals->ours->files[object->file], &theirs);
    arena_clear(&arena);
    if (same)
        return 0;
    x->rivals->differs[object->file] = true;
    return objects_replace(repo_objects(x->opt->repo), w, &object->id, &w->text,
                           p);
}

static int
keep(const struct fetch *x, struct worker *w, const struct plan_object *object,
     struct problem *p)
{
    if (x->rivals != NULL)
        return settle_rival(x, w, object, p);
    return objects_write(repo_objects(x->opt->repo), w, &object->id, &w->text,
                         p);
}

static int
fetch_one(void *ctx, struct worker *w, size_t item, struct problem *p)
{
    struct fetch *x = ctx;
    const struct plan_object *object = &x->list->objects[item];
    struct fault f = {0};
    uint64_t bytes = 0;
    int rc = download(x, w, object, &bytes, &f);

    if (rc == 0)
        rc = keep(x, w, object, p);
    (void)pthread_mutex_lock(&x->mutex);
    if (rc == 0) {
        x->got.objects++;
        x->got.bytes += bytes;
    } else if (f.code != CODE_OK && x->fault.code == CODE_OK) {
        x->fault = f;
    }
    (void)pthread_mutex_unlock(&x->mutex);
    if (rc == 0)
        x->opt->on_fetched(x->opt->ctx, object);
    return rc;
}

static int
fetch_all(struct fetch *x, struct fetch_count *got, struct fault *f)
{
    const struct pool_job job = {
        .key = repo_key(x->opt->repo),
        .workers = x->opt->workers,
        .count = x->list->count,
        .cancel = x->opt->cancel,
        .fn = fetch_one,
        .ctx = x,
    };
    struct problem p = {0};
    int rc = pthread_mutex_init(&x->mutex, NULL);

    if (rc != 0)
        return fault_errno(f, -rc, "cannot start a download");
    rc = pool_run(&job, &p);
    (void)pthread_mutex_destroy(&x->mutex);
    *got = x->got;
    if (rc == 0)
        return 0;
    if (x->fault.code == CODE_OK)
        return forward_problem(f, rc, &p);
    *f = x->fault;
    return rc;
}

int
fetch_files(const struct fetch_options *opt, const struct plan_list *list,
            struct fetch_count *got, struct fault *f)
{
    struct fetch x = {
        .opt = opt,
        .list = list,
        .sealed_max = RECORD_MAX,
        .plain_max = PACK_RECORD_MAX,
        .verify = verify_file,
    };

    return fetch_all(&x, got, f);
}

int
fetch_chunks(const struct fetch_options *opt, const struct plan_list *list,
             struct fetch_count *got, struct fault *f)
{
    struct fetch x = {
        .opt = opt,
        .list = list,
        .sealed_max = CHUNK_MAX,
        .plain_max = PACK_CHUNK_MAX,
        .verify = verify_chunk,
    };

    return fetch_all(&x, got, f);
}

int
fetch_rivals(const struct fetch_options *opt, const struct plan_list *list,
             const struct fetch_rivals *rivals, struct fault *f)
{
    struct fetch_count got;
    struct fetch x = {
        .opt = opt,
        .list = list,
        .sealed_max = RECORD_MAX,
        .plain_max = PACK_RECORD_MAX,
        .verify = verify_file,
        .rivals = rivals,
    };

    return fetch_all(&x, &got, f);
}
