#include "services/sync-engine/merge/outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
put(struct file_list *l, const struct file_record *f)
{
    l->files[l->count++] = *f;
}

/* Copy our files from at on that come before path (NULL: all), and say where
 * that ended. */
static size_t
put_untouched(struct file_list *out, const struct file_list *local, size_t at,
              const char *path)
{
    for (; at < local->count; at++) {
        const struct file_record *f = &local->files[at];

        if (path != NULL && strcmp(f->path, path) >= 0)
            break;
        put(out, f);
    }
    return at;
}

int
outcome_list(struct file_list *out, const struct merge_input *in,
             const struct merge_plan *p)
{
    static const struct file_list NONE = {0};
    const struct file_list *local = in->local != NULL ? in->local : &NONE;
    size_t cap = local->count + p->upserts.count;
    size_t at = 0;

    *out = (struct file_list){0};
    out->files = calloc(cap + 1, sizeof *out->files);
    if (out->files == NULL)
        return -ENOMEM;
    out->cap = cap + 1;
    for (size_t i = 0; i < p->changes.count; i++) {
        const struct merge_change *c = &p->changes.items[i];

        at = put_untouched(out, local, at, c->path);
        if (c->action == MERGE_UPSERT)
            put(out, c->versions.cloud);
        if (c->action == MERGE_KEEP && c->versions.local != NULL)
            put(out, c->versions.local);
        while (at < local->count && strcmp(local->files[at].path, c->path) == 0)
            at++;
    }
    put_untouched(out, local, at, NULL);
    return 0;
}
