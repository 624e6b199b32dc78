#include "services/sync-engine/repo/indexes.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER     "indexes/"
#define PACKED_MAX (PACK_INDEX_MAX + (1u << 20))

char *
indexes_key(const struct oid *id, char out[INDEXES_KEY_MAX])
{
    size_t len = sizeof FOLDER - 1;

    memcpy(out, FOLDER, len);
    oid_to_hex(id, out + len);
    return out;
}

/* Listing sorts indexes by mtime (section 3.5). */
static int
set_created(const struct disk_file *f, int64_t created_ms)
{
    struct timespec times[2];
    int64_t seconds = created_ms / 1000;
    int64_t rest = created_ms % 1000;

    if (rest < 0) {
        rest += 1000;
        seconds--;
    }
    times[0].tv_sec = seconds;
    times[0].tv_nsec = (long)rest * 1000000;
    times[1] = times[0];
    return futimens(f->fd, times) == 0 ? 0 : -errno;
}

static int
write_packed(struct repo *r, const struct index_record *x, const char *key)
{
    const struct worker *w = repo_worker(r);
    struct disk_file f;
    int rc = disk_create(&f, repo_dir(r), key);

    if (rc != 0)
        return rc;
    rc = disk_append(&f, w->sealed.data, w->sealed.len);
    if (rc == 0)
        rc = set_created(&f, x->created);
    if (rc != 0) {
        disk_discard(&f);
        return rc;
    }
    return disk_commit_durable(&f);
}

int
indexes_store(struct repo *r, const struct index_record *x, struct problem *p)
{
    struct worker *w = repo_worker(r);
    char key[INDEXES_KEY_MAX];
    int rc;

    indexes_key(&x->id, key);
    w->text.len = 0;
    w->sealed.len = 0;
    rc = index_record_encode(&w->text, x);
    if (rc == 0 && w->text.len > PACK_INDEX_MAX) {
        /* Nobody would read it back: not even we. */
        return problem_set(p, PROBLEM_SYSTEM,
                           "%zu files are too many for one snapshot: its list "
                           "would be longer than %u MiB",
                           x->count, PACK_INDEX_MAX >> 20);
    }
    if (rc == 0)
        rc = pack_compress(w->pack, &w->sealed, w->text.data, w->text.len);
    if (rc == 0)
        rc = write_packed(r, x, key);
    return rc == 0 ? 0 : problem_errno(p, rc, "%s/%s", repo_path(r), key);
}

static int
read_json(struct repo *r, const char *key)
{
    struct worker *w = repo_worker(r);
    int rc = disk_read(repo_dir(r), key, &w->sealed, PACKED_MAX);

    w->text.len = 0;
    if (rc == 0) {
        rc = pack_decompress(w->pack, &w->text, w->sealed.data, w->sealed.len,
                             PACK_INDEX_MAX);
    }
    return rc;
}

int
indexes_load(struct repo *r, const struct oid *id, struct index_record *out,
             struct arena *a, struct problem *p)
{
    struct worker *w = repo_worker(r);
    struct index_record found;
    char key[INDEXES_KEY_MAX];
    int rc = read_json(r, indexes_key(id, key));

    if (rc == -ENOENT)
        return INDEXES_ABSENT;
    if (rc == 0)
        rc = index_record_decode(&found, a, &w->text, id);
    if (rc == -EBADMSG || rc == -EUCLEAN || rc == -EFBIG) {
        return problem_set(p, PROBLEM_DAMAGED,
                           "%s/%s is damaged: not the index its name says",
                           repo_path(r), key);
    }
    if (rc == 0)
        rc = cipher_check_verify(w->cipher, found.key_check);
    if (rc == -EKEYREJECTED) {
        return problem_set(p, PROBLEM_WRONG_KEY,
                           "%s/%s was made with another key", repo_path(r),
                           key);
    }
    if (rc != 0)
        return problem_errno(p, rc, "%s/%s", repo_path(r), key);
    *out = found;
    return 0;
}

static int
add_entry(void *ctx, int dir_fd, const char *name)
{
    struct indexes_list *l = ctx;
    struct oid id;
    struct stat st;

    if (oid_from_hex(&id, name, strlen(name)) != 0)
        return 0;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -errno;
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
        struct indexes_entry *entries =
            realloc(l->entries, cap * sizeof *entries);

        if (entries == NULL)
            return -ENOMEM;
        l->entries = entries;
        l->cap = cap;
    }
    l->entries[l->count].id = id;
    l->entries[l->count++].created =
        st.st_mtim.tv_sec * INT64_C(1000) + st.st_mtim.tv_nsec / 1000000;
    return 0;
}

int
indexes_list(struct indexes_list *out, struct repo *r, struct problem *p)
{
    int rc = disk_list(repo_dir(r), "indexes", add_entry, out);

    return rc == 0 ? 0 : problem_errno(p, rc, "%s/indexes", repo_path(r));
}

void
indexes_list_clear(struct indexes_list *l)
{
    free(l->entries);
    *l = (struct indexes_list){0};
}
