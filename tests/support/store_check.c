#include "tests/support/store_check.h"

#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/repo/refs.h"
#include "services/sync-engine/repo/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNPACKED_MAX (1u << 20)
#define LIST         "indexes-v2.json"

/* One look at a store. */
struct look {
    int fd;
    struct repo *repo;
    struct objects *objects;
    struct arena arena;
    struct buffer data;
    struct buffer text;
};

static char broken[512];

static const char *
complain(const char *what, const char *why)
{
    (void)snprintf(broken, sizeof broken, "the store: %s: %s", what, why);
    return broken;
}

/* NULL, with l->objects NULL when there is no such folder. */
static const char *
begin(struct look *l, const char *folder, struct repo *repo)
{
    struct problem p = {0};

    *l = (struct look){.repo = repo};
    l->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (l->fd < 0)
        return errno == ENOENT ? NULL : complain(folder, "cannot be read");
    return objects_open(&l->objects, l->fd, &p) == 0 ? NULL
                                                     : complain(folder, p.text);
}

static void
end(struct look *l)
{
    objects_close(l->objects);
    buffer_clear(&l->data);
    buffer_clear(&l->text);
    arena_clear(&l->arena);
    if (l->fd >= 0)
        (void)close(l->fd);
}

/* The file's bytes into l->data. */
static const char *
read_key(struct look *l, const char *key)
{
    char part[4096];
    int fd = openat(l->fd, key, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;

    l->data.len = 0;
    if (fd < 0)
        return complain(key, "cannot be read");
    while ((n = read(fd, part, sizeof part)) > 0)
        (void)buffer_append(&l->data, part, (size_t)n);
    (void)close(fd);
    return n == 0 ? NULL : complain(key, "cannot be read");
}

static const char *
unpack_key(struct look *l, const char *key)
{
    const char *wrong = read_key(l, key);

    l->text.len = 0;
    if (wrong == NULL &&
        pack_decompress(repo_worker(l->repo)->pack, &l->text, l->data.data,
                        l->data.len, UNPACKED_MAX) != 0)
        wrong = complain(key, "does not unpack");
    return wrong;
}

static const char *
check_file(struct look *l, const struct oid *id, struct file_list *out)
{
    struct worker *w = repo_worker(l->repo);
    struct objects_file file = {.arena = &l->arena};
    struct problem p = {.text = "not there"};
    struct buffer chunk = {0};
    char hex[OID_HEX_MAX];
    int rc = objects_read_file(l->objects, w, id, &file, &p);

    for (size_t i = 0; rc == 0 && i < file.record.chunk_count; i++) {
        id = &file.record.chunks[i];
        rc = objects_read_chunk(l->objects, w, id, &chunk, &p);
    }
    buffer_clear(&chunk);
    if (rc == 0 && out != NULL)
        rc = file_list_add(out, &file.record);
    return rc == 0 ? NULL : complain(oid_to_hex(id, hex), p.text);
}

static const char *
check_index(struct look *l, const struct oid *id, struct file_list *out)
{
    char key[INDEXES_KEY_MAX];
    struct index_record index;
    const char *wrong = unpack_key(l, indexes_key(id, key));

    if (wrong == NULL &&
        index_record_decode(&index, &l->arena, &l->text, id) != 0)
        wrong = complain(key, "does not decode");
    for (size_t i = 0; wrong == NULL && i < index.count; i++)
        wrong = check_file(l, &index.files[i], out);
    return wrong;
}

const char *
store_check_latest(struct file_list *out, const char *folder, struct repo *repo)
{
    struct look l;
    struct oid id;
    const char *wrong = begin(&l, folder, repo);

    if (wrong == NULL && l.objects != NULL &&
        faccessat(l.fd, REFS_LATEST, F_OK, 0) == 0) {
        wrong = read_key(&l, REFS_LATEST);
        if (wrong == NULL &&
            (l.data.len != OID_HEX_LEN ||
             oid_from_hex(&id, (const char *)l.data.data, OID_HEX_LEN) != 0))
            wrong = complain(REFS_LATEST, "is no id");
        if (wrong == NULL)
            wrong = check_index(&l, &id, out);
        file_list_sort(out);
    }
    end(&l);
    return wrong;
}

static const char *
check_folder(struct look *l)
{
    const char *wrong = NULL;
    DIR *dir = fdopendir(openat(l->fd, "indexes", O_RDONLY | O_DIRECTORY));
    struct dirent *entry;
    struct oid id;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a DIR of its own. */
    while (wrong == NULL && dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strlen(entry->d_name) == OID_HEX_LEN &&
            oid_from_hex(&id, entry->d_name, OID_HEX_LEN) == 0)
            wrong = check_index(l, &id, NULL);
    }
    if (dir != NULL)
        (void)closedir(dir);
    return wrong;
}

const char *
store_check_all(const char *folder, struct repo *repo)
{
    struct look l;
    struct index_list list = {0};
    const char *wrong = begin(&l, folder, repo);

    if (wrong == NULL && l.objects != NULL &&
        faccessat(l.fd, LIST, F_OK, 0) == 0) {
        wrong = unpack_key(&l, LIST);
        if (wrong == NULL && index_list_decode(&list, &l.arena, &l.text) != 0)
            wrong = complain(LIST, "does not decode");
        for (size_t i = 0; wrong == NULL && i < list.count; i++)
            wrong = check_index(&l, &list.entries[i].id, NULL);
        if (wrong == NULL)
            wrong = check_folder(&l);
    }
    end(&l);
    return wrong;
}
