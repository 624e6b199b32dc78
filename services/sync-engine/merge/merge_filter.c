/* The part of merge.h that has to do with the syncignore. */
#include "services/sync-engine/merge/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IGNORE_PATH "/.siyuan/syncignore"

const struct file_record *
merge_new_ignore(const struct merge_input *in)
{
    const struct file_record *ours = NULL;
    const struct file_record *theirs = NULL;

    if (in->cloud != NULL)
        theirs = file_list_find(in->cloud, IGNORE_PATH);
    if (in->local != NULL)
        ours = file_list_find(in->local, IGNORE_PATH);
    if (theirs == NULL)
        return NULL;
    if (ours != NULL && decide_same(ours, theirs) &&
        decide_same_time(ours, theirs))
        return NULL;
    return theirs;
}

static int
by_path(const void *key, const void *item)
{
    return strcmp(key, ((const struct merge_change *)item)->path);
}

static void
take_back(struct merge_plan *p, const bool *matched)
{
    struct merge_files kept = {.files = p->removes.files};
    size_t first = p->remove_first;

    for (size_t i = 0; i < p->removes.count; i++) {
        const struct file_record *f = p->removes.files[i];
        struct merge_change *c;

        if (!matched[i]) {
            kept.files[kept.count++] = f;
            continue;
        }
        p->remove_first -= i < first;
        c = bsearch(f->path, p->changes.items, p->changes.count, sizeof *c,
                    by_path);
        if (c != NULL)
            c->action = MERGE_KEEP;
    }
    p->removes = kept;
}

int
merge_filter_removes(struct merge_plan *p, struct ignore *ig)
{
    bool *matched = calloc(p->removes.count + 1, sizeof *matched);
    int rc = 0;

    if (matched == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < p->removes.count; i++) {
        const char *path = p->removes.files[i]->path;

        rc = ignore_match(ig, path, strlen(path));
        matched[i] = rc == IGNORE_MATCHED;
        if (rc == IGNORE_MATCHED)
            rc = 0;
    }
    if (rc == 0)
        take_back(p, matched);
    free(matched);
    return rc;
}
