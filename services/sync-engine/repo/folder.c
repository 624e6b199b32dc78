#include "services/sync-engine/repo/folder.h"

#include "services/sync-engine/repo/ignore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
add_entry(struct folder *f, const char *name, bool is_folder)
{
    if (f->count == f->cap) {
        size_t cap = f->cap == 0 ? 64 : 2 * f->cap;
        struct folder_entry *entries =
            realloc(f->entries, cap * sizeof *entries);

        if (entries == NULL)
            return -ENOMEM;
        f->entries = entries;
        f->cap = cap;
    }
    f->entries[f->count].name = arena_text(&f->arena, name, strlen(name));
    if (f->entries[f->count].name == NULL)
        return -ENOMEM;
    f->entries[f->count++].is_folder = is_folder;
    return 0;
}

/* Sort it in if it may matter: by kind, or by a stat where the kind is not
 * told. */
static int
consider(struct folder *f, int dir_fd, const struct dirent *e)
{
    unsigned char type = e->d_type;
    struct stat st;

    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
        return 0;
    if (type == DT_UNKNOWN) {
        if (fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT ? 0 : -errno;
        type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
    }
    if (type == DT_DIR)
        return ignore_skips_dir(e->d_name) ? 0 : add_entry(f, e->d_name, true);
    return type == DT_REG ? add_entry(f, e->d_name, false) : 0;
}

static int
compare_entries(const void *left, const void *right)
{
    const struct folder_entry *a = left;
    const struct folder_entry *b = right;
    size_t i = 0;
    unsigned char x;
    unsigned char y;

    while (a->name[i] != '\0' && a->name[i] == b->name[i])
        i++;
    x = (unsigned char)a->name[i];
    y = (unsigned char)b->name[i];
    if (x == '\0' && a->is_folder)
        x = '/';
    if (y == '\0' && b->is_folder)
        y = '/';
    return (x > y) - (x < y);
}

int
folder_read(struct folder *f, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    struct dirent *e;
    int rc = 0;

    if (dir == NULL) {
        rc = -errno;
        if (own >= 0)
            (void)close(own);
        return rc;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone. */
    while (rc == 0 && (errno = 0, e = readdir(dir)) != NULL)
        rc = consider(f, fd, e);
    if (rc == 0 && errno != 0)
        rc = -errno;
    (void)closedir(dir);
    if (rc == 0 && f->count > 1)
        qsort(f->entries, f->count, sizeof *f->entries, compare_entries);
    return rc;
}

void
folder_clear(struct folder *f)
{
    free(f->entries);
    arena_clear(&f->arena);
    *f = (struct folder){0};
}
