#include "services/sync-engine/watch_folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where wd is, or belongs. */
static size_t
find_place(const struct watch_folders *f, int wd)
{
    size_t low = 0;
    size_t high = f->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (f->all[middle].wd < wd) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct watch_folder *
watch_folders_find(const struct watch_folders *f, int wd)
{
    size_t i = find_place(f, wd);

    return i < f->count && f->all[i].wd == wd ? &f->all[i] : NULL;
}

static int
make_room(struct watch_folders *f)
{
    size_t cap = f->cap == 0 ? 64 : f->cap * 2;
    struct watch_folder *grown;

    if (f->count < f->cap)
        return 0;
    grown = reallocarray(f->all, cap, sizeof *grown);
    if (grown == NULL)
        return -ENOMEM;
    f->all = grown;
    f->cap = cap;
    return 0;
}

int
watch_folders_set(struct watch_folders *f, int wd, const char *path,
                  unsigned round)
{
    size_t i = find_place(f, wd);
    char *copy = strdup(path);
    int rc = copy == NULL ? -ENOMEM : make_room(f);

    if (rc < 0) {
        free(copy);
        return rc;
    }
    if (i < f->count && f->all[i].wd == wd) {
        free(f->all[i].path);
    } else {
        memmove(&f->all[i + 1], &f->all[i], (f->count - i) * sizeof *f->all);
        f->count++;
    }
    f->all[i] = (struct watch_folder){.wd = wd, .round = round, .path = copy};
    return 0;
}

void
watch_folders_forget(struct watch_folders *f, size_t i)
{
    free(f->all[i].path);
    f->count--;
    memmove(&f->all[i], &f->all[i + 1], (f->count - i) * sizeof *f->all);
}

void
watch_folders_clear(struct watch_folders *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->all[i].path);
    free(f->all);
    *f = (struct watch_folders){0};
}
