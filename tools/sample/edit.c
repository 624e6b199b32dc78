#include "tools/sample/edit.h"

#include "tools/sample/doc.h"
#include "tools/sample/prose.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_editable(const struct catalog_entry *e)
{
    return e->kind != CATALOG_SETTINGS;
}

/* The folder of the path, with its slash. */
static int
folder_length(const char *path)
{
    return (int)(strrchr(path, '/') + 1 - path);
}

/* A sibling of the chosen file, with a new id. */
static void
make_sibling(struct edit *edit, struct rng *rng)
{
    struct catalog_entry *e = &edit->entry;
    bool is_doc = e->kind == CATALOG_DOC;
    char id[PROSE_ID_MAX], path[CATALOG_PATH_MAX] = "";

    prose_id(id, rng, e->mtime_ms / 1000);
    (void)snprintf(path, sizeof path, "%.*s%s%s%s", folder_length(e->path),
                   e->path, is_doc ? "" : "added-", id,
                   is_doc                    ? ".sy"
                   : e->kind == CATALOG_ROWS ? ".csv"
                                             : ".png");
    memcpy(e->path, path, sizeof path);
    e->size = is_doc ? DOC_SIZE_MIN + rng_below(rng, 8192)
                     : 1 + rng_below(rng, 262144);
}

static void
make_change(struct edit *edit, struct rng *rng)
{
    struct catalog_entry *e = &edit->entry;

    if (e->kind == CATALOG_DOC) {
        edit->kind = EDIT_REWRITE;
        e->size = e->size * 3 / 4 + rng_below(rng, 2048);
        e->size = e->size < DOC_SIZE_MIN ? DOC_SIZE_MIN : e->size;
    } else if (e->size == 0 || rng_below(rng, 4) == 0) {
        edit->kind = EDIT_APPEND;
    } else {
        edit->kind = EDIT_PATCH;
        edit->at = rng_below(rng, e->size);
    }
}

static void
make_edit(struct edit *edit, struct rng *rng, size_t i)
{
    if (i % 5 == 3) {
        edit->kind = EDIT_ADD;
        make_sibling(edit, rng);
    } else if (i % 5 == 4) {
        edit->kind = EDIT_REMOVE;
    } else {
        make_change(edit, rng);
    }
}

size_t
edit_choose(struct edit *out, size_t count, const struct catalog *files,
            uint64_t seed, unsigned round)
{
    size_t *order = calloc(files->count + 1, sizeof *order);
    size_t editable = 0, chosen = 0;
    struct rng rng;

    if (order == NULL)
        return 0;
    rng_init(&rng, seed, UINT64_C(0xed17) + round);
    for (size_t i = 0; i < files->count; i++) {
        if (is_editable(&files->entries[i]))
            order[editable++] = i;
    }
    /* The first steps of a shuffle: no file twice. */
    for (; chosen < count && chosen < editable; chosen++) {
        size_t k = chosen + rng_below(&rng, editable - chosen);
        size_t file = order[k];

        order[k] = order[chosen];
        out[chosen] = (struct edit){.entry = files->entries[file]};
        out[chosen].entry.mtime_ms =
            (EDIT_EPOCH_S + (int64_t)round * 86400 + (int64_t)chosen) * 1000 +
            (int64_t)rng_below(&rng, 1000);
        make_edit(&out[chosen], &rng, chosen);
    }
    free(order);
    return chosen;
}
