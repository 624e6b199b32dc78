#include "services/sync-engine/merge/conflict_doc.h"

#include "services/sync-engine/merge/draw.h"
#include "services/sync-engine/merge/sy_doc.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two walks over the tree: the first finds the ids of all blocks, the second
 * replaces old ids in every string, which renames the blocks, their "id"
 * attributes, references, embedded queries and links in one go.  Old and new
 * ids are equally long.
 *
 * Recursion is as deep as jansson lets a text nest.
 */

#define STAMP_LEN 14 /* 20060102150405 */

struct renaming {
    json_t *ids;   /* old -> new */
    json_t *taken; /* the new ones */
    uint64_t seed;
    char stamp[STAMP_LEN + 1];
};

/* Any id but those of the document, old and new. */
static void
draw_id(struct renaming *r, char id[SY_DOC_ID_LEN + 1])
{
    static const char LETTERS[] = "0123456789abcdefghijklmnopqrstuvwxyz";

    memcpy(id, r->stamp, STAMP_LEN);
    id[STAMP_LEN] = '-';
    id[SY_DOC_ID_LEN] = '\0';
    do {
        uint64_t lot = draw_next(&r->seed);

        for (size_t i = STAMP_LEN + 1; i < SY_DOC_ID_LEN; i++) {
            id[i] = LETTERS[lot % (sizeof LETTERS - 1)];
            lot /= sizeof LETTERS - 1;
        }
    } while (json_object_get(r->taken, id) != NULL ||
             json_object_get(r->ids, id) != NULL);
}

static int
collect_ids(struct renaming *r, json_t *node)
{
    json_t *id = json_object_get(node, "ID");
    json_t *children = json_object_get(node, "Children");

    if (json_is_string(id) &&
        sy_doc_is_id(json_string_value(id), json_string_length(id)) &&
        json_object_set_new(r->ids, json_string_value(id), json_null()) != 0)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(children); i++) {
        int rc = collect_ids(r, json_array_get(children, i));

        if (rc != 0)
            return rc;
    }
    return 0;
}

static int
draw_ids(struct renaming *r)
{
    void *at = json_object_iter(r->ids);

    for (; at != NULL; at = json_object_iter_next(r->ids, at)) {
        char id[SY_DOC_ID_LEN + 1];

        draw_id(r, id);
        if (json_object_set_new(r->taken, id, json_true()) != 0 ||
            json_object_iter_set_new(r->ids, at, json_string(id)) != 0)
            return -ENOMEM;
    }
    return 0;
}

static bool
is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

/* The new id for the one at text[at], or NULL.  An id inside of a longer word,
 * such as the name of an asset, is none. */
static const char *
find_new(const struct renaming *r, const char *text, size_t len, size_t at)
{
    char old[SY_DOC_ID_LEN + 1];

    if (len - at < SY_DOC_ID_LEN || !sy_doc_is_id(text + at, SY_DOC_ID_LEN) ||
        (at > 0 && is_word(text[at - 1])) ||
        (at + SY_DOC_ID_LEN < len && is_word(text[at + SY_DOC_ID_LEN])))
        return NULL;
    memcpy(old, text + at, SY_DOC_ID_LEN);
    old[SY_DOC_ID_LEN] = '\0';
    return json_string_value(json_object_get(r->ids, old));
}

static int
rename_in_text(const struct renaming *r, json_t *value)
{
    size_t len = json_string_length(value);
    const char *text = json_string_value(value);
    char *copy = NULL;
    int rc = 0;

    for (size_t i = 0; len >= SY_DOC_ID_LEN && i <= len - SY_DOC_ID_LEN; i++) {
        const char *id = find_new(r, text, len, i);

        if (id == NULL)
            continue;
        if (copy == NULL) {
            copy = malloc(len);
            if (copy == NULL)
                return -ENOMEM;
            memcpy(copy, text, len);
        }
        memcpy(copy + i, id, SY_DOC_ID_LEN);
    }
    if (copy != NULL && json_string_setn(value, copy, len) != 0)
        rc = -ENOMEM;
    free(copy);
    return rc;
}

static int
rename_everywhere(const struct renaming *r, json_t *value)
{
    const char *key;
    json_t *member;
    int rc = 0;

    if (json_is_string(value))
        return rename_in_text(r, value);
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
        rc = rename_everywhere(r, json_array_get(value, i));
    json_object_foreach(value, key, member)
    {
        if (rc == 0)
            rc = rename_everywhere(r, member);
    }
    return rc;
}

static int
rename_blocks(json_t *root, const struct conflict_doc_source *source)
{
    struct renaming r = {
        .ids = json_object(),
        .taken = json_object(),
        .seed = source->seed,
    };
    int rc = -ENOMEM;

    if (r.ids == NULL || r.taken == NULL)
        goto out;
    rc = CONFLICT_DOC_REFUSED; /* a year of five digits */
    if (strftime(r.stamp, sizeof r.stamp, "%Y%m%d%H%M%S", &source->when) !=
        STAMP_LEN)
        goto out;
    rc = collect_ids(&r, root);
    if (rc == 0)
        rc = draw_ids(&r);
    if (rc == 0)
        rc = rename_everywhere(&r, root);
out:
    json_decref(r.ids);
    json_decref(r.taken);
    return rc;
}

/* The title is text of the user's: any length, maybe not there. */
static int
mark_title(json_t *root, const struct tm *when)
{
    json_t *properties = json_object_get(root, "Properties");
    const char *title = json_string_value(json_object_get(properties, "title"));
    char stamp[sizeof "2006-01-02 15:04:05"];
    char *marked;
    int rc;

    if (strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", when) == 0)
        return CONFLICT_DOC_REFUSED;
    if (asprintf(&marked, "%s%s(Conflicted %s)", title != NULL ? title : "",
                 title != NULL && title[0] != '\0' ? " " : "", stamp) < 0)
        return -ENOMEM;
    rc = json_object_set_new(properties, "title", json_string(marked));
    free(marked);
    return rc == 0 ? 0 : -ENOMEM;
}

static int
append(const char *text, size_t len, void *ctx)
{
    return buffer_append(ctx, text, len) == 0 ? 0 : -1;
}

static int
write_out(struct conflict_doc *d, json_t *root, const char *path)
{
    const char *id = json_string_value(json_object_get(root, "ID"));
    int folder = (int)(strrchr(path, '/') - path);

    if (json_dump_callback(root, append, &d->json, JSON_COMPACT) != 0)
        return -ENOMEM;
    if (asprintf(&d->path, "%.*s/%s.sy", folder, path, id) < 0) {
        d->path = NULL;
        return -ENOMEM;
    }
    return 0;
}

bool
conflict_doc_is_document(const char *path)
{
    const char *name = strrchr(path, '/');
    size_t len = strlen(path);

    return path[0] == '/' && name != path && len <= PATH_LEN_MAX &&
           strlen(name) > strlen("/.sy") &&
           strcmp(path + len - strlen(".sy"), ".sy") == 0;
}

int
conflict_doc_make(struct conflict_doc *out,
                  const struct conflict_doc_source *source)
{
    json_t *root = NULL;
    int rc = CONFLICT_DOC_REFUSED;

    *out = (struct conflict_doc){0};
    if (conflict_doc_is_document(source->path))
        rc = sy_doc_parse(&root, source->json);
    if (rc == 0)
        rc = rename_blocks(root, source);
    if (rc == 0)
        rc = mark_title(root, &source->when);
    if (rc == 0)
        rc = write_out(out, root, source->path);
    if (rc != 0)
        conflict_doc_clear(out);
    json_decref(root);
    return rc;
}

void
conflict_doc_clear(struct conflict_doc *d)
{
    if (d == NULL)
        return;
    free(d->path);
    buffer_clear(&d->json);
    *d = (struct conflict_doc){0};
}
