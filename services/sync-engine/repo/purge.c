/*
 * purge.c - mark, then sweep.
 *
 * The mark is a set of ids, of file records and chunks together: they share
 * one store.  Neither an index nor a file record stays in memory for longer
 * than it takes to mark what it names.
 */
#include "services/sync-engine/repo/purge.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/oid_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FANOUT        256
#define REF_DEPTH_MAX 8 /* folders in folders below refs/ */

struct purge {
    struct repo *repo;
    const struct purge_options *opt;
    struct purge_result *out;
    struct problem *p;
    struct oid_set indexes; /* to be kept */
    struct oid_set objects; /* reachable */
    unsigned depth;         /* below refs/ */
    uint64_t done, total;
    char prefix[3]; /* of the object folder being swept */
};

static int
stop_if_asked(const struct purge *u)
{
    const atomic_bool *cancel = u->opt->cancel;

    if (cancel == NULL || !atomic_load_explicit(cancel, memory_order_relaxed))
        return 0;
    return problem_set(u->p, PROBLEM_CANCELLED, "asked to stop");
}

static void
advance(struct purge *u)
{
    u->done++;
    if (u->opt->on_progress != NULL)
        u->opt->on_progress(u->opt->ctx, u->done, u->total);
}

/* Returns 0, OID_SET_HAD, or -ENOMEM with the problem filled. */
static int
add(struct oid_set *s, const struct oid *id, const struct purge *u)
{
    int rc = oid_set_add(s, id);

    return rc < 0 ? problem_errno(u->p, rc, "purge of %s", repo_path(u->repo))
                  : rc;
}

/* ---- what is to be kept ---- */

static bool
is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Some clients leave white space around an id. */
static int
parse_ref(struct oid *id, const struct buffer *b)
{
    size_t start = 0;
    size_t end = b->len;

    while (end > 0 && is_space(b->data[end - 1]))
        end--;
    while (start < end && is_space(b->data[start]))
        start++;
    return oid_from_hex(id, (const char *)b->data + start, end - start);
}

/* Called for each entry below refs/: a ref, or a folder of them. */
static int
keep_ref(void *ctx, int dir_fd, const char *name)
{
    struct purge *u = ctx;
    struct buffer text = {0};
    struct oid id;
    int rc = disk_read(dir_fd, name, &text, PURGE_REF_MAX);
    int parsed = rc == 0 ? parse_ref(&id, &text) : 0;

    buffer_clear(&text);
    if (rc == -EFBIG)
        return 0;
    if (rc == -EISDIR && u->depth == REF_DEPTH_MAX) {
        return problem_set(u->p, PROBLEM_DAMAGED,
                           "%s/refs: folders in more than %d folders",
                           repo_path(u->repo), REF_DEPTH_MAX);
    }
    if (rc == -EISDIR) {
        u->depth++;
        rc = disk_list(dir_fd, name, keep_ref, u);
        u->depth--;
        return rc;
    }
    if (rc != 0)
        return rc;
    if (parsed != 0) {
        return problem_set(u->p, PROBLEM_DAMAGED,
                           "%s: the ref %s names no snapshot",
                           repo_path(u->repo), name);
    }
    rc = add(&u->indexes, &id, u);
    return rc < 0 ? rc : 0;
}

static int
choose_indexes(struct purge *u)
{
    int rc = 0;

    for (size_t i = 0; i < u->opt->count && rc >= 0; i++)
        rc = add(&u->indexes, &u->opt->keep[i], u);
    if (rc < 0)
        return rc;
    rc = disk_list(repo_dir(u->repo), "refs", keep_ref, u);
    if (rc < 0 && u->p->kind == PROBLEM_NONE)
        return problem_errno(u->p, rc, "%s/refs", repo_path(u->repo));
    return rc;
}

static int
mark_file(struct purge *u, const struct oid *id)
{
    struct arena arena = {0};
    struct objects_file file = {.arena = &arena};
    char key[OBJECTS_KEY_MAX];
    int rc = objects_read_file(repo_objects(u->repo), repo_worker(u->repo), id,
                               &file, u->p);

    if (rc == OBJECTS_ABSENT) {
        rc = problem_set(u->p, PROBLEM_DAMAGED, "%s is missing, a file record",
                         objects_key(id, key));
    }
    for (uint32_t i = 0; rc >= 0 && i < file.record.chunk_count; i++)
        rc = add(&u->objects, &file.record.chunks[i], u);
    arena_clear(&arena);
    return rc < 0 ? rc : 0;
}

static int
mark_files(struct purge *u, const struct index_record *x)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < x->count; i++) {
        rc = add(&u->objects, &x->files[i], u);
        if (rc == OID_SET_HAD) {
            rc = 0;
            continue;
        }
        if (rc == 0)
            rc = stop_if_asked(u);
        if (rc == 0)
            rc = mark_file(u, &x->files[i]);
    }
    return rc;
}

static int
mark_index(struct purge *u, const struct oid *id)
{
    struct arena arena = {0};
    struct index_record index = {0};
    char key[INDEXES_KEY_MAX];
    int rc = stop_if_asked(u);

    if (rc == 0)
        rc = indexes_load(u->repo, id, &index, &arena, u->p);
    if (rc == INDEXES_ABSENT) {
        rc = problem_set(u->p, PROBLEM_DAMAGED,
                         "%s/%s is missing, and is to be kept",
                         repo_path(u->repo), indexes_key(id, key));
    }
    if (rc == 0)
        rc = mark_files(u, &index);
    arena_clear(&arena);
    return rc;
}

static int
mark_all(struct purge *u)
{
    struct oid id;
    size_t cursor = 0;
    int rc = 0;

    u->total = u->indexes.count + 1 + FANOUT;
    while (rc == 0 && oid_set_next(&u->indexes, &cursor, &id)) {
        rc = mark_index(u, &id);
        if (rc == 0)
            advance(u);
    }
    return rc;
}

/* ---- the rest goes ---- */

/* Remove one file and count it under *count; anything but a file stays. */
static int
remove_file(struct purge *u, int dir_fd, const char *name, uint64_t *count)
{
    struct stat st;
    int rc = stop_if_asked(u);

    if (rc != 0)
        return rc;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISREG(st.st_mode))
        return 0;
    if (!u->opt->count_only && unlinkat(dir_fd, name, 0) != 0)
        return errno == ENOENT ? 0 : -errno;
    (*count)++;
    u->out->bytes += (uint64_t)st.st_size;
    return 0;
}

static int
sweep_index(void *ctx, int dir_fd, const char *name)
{
    struct purge *u = ctx;
    struct oid id;

    if (oid_from_hex(&id, name, strlen(name)) != 0 ||
        oid_set_has(&u->indexes, &id))
        return 0;
    return remove_file(u, dir_fd, name, &u->out->indexes);
}

/* An index that came back after a power cut would lack its objects. */
static int
sync_indexes(const struct purge *u)
{
    int fd = openat(repo_dir(u->repo), "indexes",
                    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0)
        return -errno;
    if (fsync(fd) != 0)
        rc = -errno;
    (void)close(fd);
    return rc;
}

static int
sweep_indexes(struct purge *u)
{
    int rc = disk_list(repo_dir(u->repo), "indexes", sweep_index, u);

    if (rc == 0 && u->out->indexes > 0 && !u->opt->count_only)
        rc = sync_indexes(u);
    if (rc < 0 && u->p->kind == PROBLEM_NONE)
        return problem_errno(u->p, rc, "%s/indexes", repo_path(u->repo));
    if (rc == 0)
        advance(u);
    return rc;
}

static int
sweep_object(void *ctx, int dir_fd, const char *name)
{
    struct purge *u = ctx;
    char hex[OID_HEX_MAX];
    struct oid id;

    if (strlen(name) != OID_HEX_LEN - 2)
        return 0;
    (void)snprintf(hex, sizeof hex, "%s%s", u->prefix, name);
    if (oid_from_hex(&id, hex, OID_HEX_LEN) != 0 ||
        oid_set_has(&u->objects, &id))
        return 0;
    return remove_file(u, dir_fd, name, &u->out->objects);
}

static int
sweep_objects(struct purge *u)
{
    char folder[sizeof "objects/ab"];
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < FANOUT; i++) {
        (void)snprintf(u->prefix, sizeof u->prefix, "%02x", i & 0xff);
        (void)snprintf(folder, sizeof folder, "objects/%s", u->prefix);
        rc = stop_if_asked(u);
        if (rc == 0)
            rc = disk_list(repo_dir(u->repo), folder, sweep_object, u);
        if (rc < 0 && u->p->kind == PROBLEM_NONE) {
            rc = problem_errno(u->p, rc, "%s/%s", repo_path(u->repo), folder);
        }
        if (rc == 0)
            advance(u);
    }
    return rc;
}

int
purge_run(struct repo *r, const struct purge_options *opt,
          struct purge_result *out, struct problem *p)
{
    struct purge u = {.repo = r, .opt = opt, .out = out, .p = p};
    int rc;

    *out = (struct purge_result){0};
    *p = (struct problem){0};
    rc = choose_indexes(&u);
    if (rc == 0 && u.indexes.count > 0) {
        rc = mark_all(&u);
        if (rc == 0)
            rc = sweep_indexes(&u);
        if (rc == 0)
            rc = sweep_objects(&u);
    }
    oid_set_clear(&u.indexes);
    oid_set_clear(&u.objects);
    return rc;
}
