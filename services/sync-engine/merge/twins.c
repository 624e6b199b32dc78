#include "services/sync-engine/merge/twins.h"

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/oid.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/*
 * Every file, and every folder the first time it is met, gets a key: the SHA-1
 * of its parent's path as it is and of its own name, folded.  Equal keys are
 * twins.  Because the parent is not folded, the files below two twin folders
 * are not reported once more each.
 *
 * A sum, not the text: 32 bytes an entry, and nobody can choose names that
 * collide and make this slow.
 */

#define FIRST_ENTRIES 256

struct entry {
    struct oid key;
    uint32_t len;    /* bytes of the path that are meant */
    uint32_t number; /* of the file in the list */
};

struct entries {
    struct entry *items;
    size_t count;
    size_t cap;
    const struct file_list *list;
    struct buffer scratch;
};

static const char *
path_of(const struct entries *all, const struct entry *e)
{
    return all->list->files[e->number].path;
}

static int
append_lower(struct buffer *out, const char *name, size_t len)
{
    int rc = buffer_append(out, name, len);

    if (rc != 0)
        return rc;
    for (unsigned char *p = out->data + out->len - len; len > 0; p++, len--) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (unsigned char)(*p + ('a' - 'A'));
    }
    return 0;
}

static bool
is_ascii(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
    }
    return true;
}

/* Append name composed (NFC) and, if fold_case, without case. */
static int
append_name(struct buffer *out, const char *name, size_t len, bool fold_case)
{
    utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t n;
    int rc;

    if (is_ascii(name, len)) {
        return fold_case ? append_lower(out, name, len)
                         : buffer_append(out, name, len);
    }
    if (fold_case)
        how |= UTF8PROC_CASEFOLD;
    n = utf8proc_map((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)len,
                     &mapped, how);
    if (n == UTF8PROC_ERROR_NOMEM)
        return -ENOMEM;
    /* What has no form of its own, such as bytes that are no text, is taken
     * as it is. */
    rc = n < 0 ? buffer_append(out, name, len)
               : buffer_append(out, mapped, (size_t)n);
    free(mapped);
    return rc;
}

/* Bytes of the path in front of the last name, the slash included. */
static size_t
parent_len(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    return len;
}

static int
add_entry(struct entries *all, size_t number, size_t len)
{
    const char *path = all->list->files[number].path;
    size_t parent = parent_len(path, len);
    struct entry e = {.len = (uint32_t)len, .number = (uint32_t)number};
    int rc;

    if (all->count == all->cap) {
        size_t cap = all->cap == 0 ? FIRST_ENTRIES : all->cap * 2;
        struct entry *items = reallocarray(all->items, cap, sizeof *items);

        if (items == NULL)
            return -ENOMEM;
        all->items = items;
        all->cap = cap;
    }
    all->scratch.len = 0;
    rc = buffer_append(&all->scratch, path, parent);
    if (rc == 0)
        rc = append_name(&all->scratch, path + parent, len - parent, true);
    if (rc == 0)
        rc = oid_of_bytes(&e.key, all->scratch.data, all->scratch.len);
    if (rc == 0)
        all->items[all->count++] = e;
    return rc;
}

/* The file and those of its folders that the file before it is not in: in a
 * sorted list the files of a folder stand together. */
static int
add_file(struct entries *all, size_t number)
{
    const char *path = all->list->files[number].path;
    const char *before = number > 0 ? all->list->files[number - 1].path : "";
    size_t len = strlen(path);
    size_t shared = 0;
    int rc = 0;

    while (path[shared] != '\0' && path[shared] == before[shared])
        shared++;
    if (path[shared] == '\0' && before[shared] == '\0')
        return 0; /* the same path again */
    for (size_t i = shared > 0 ? shared : 1; rc == 0 && i < len; i++) {
        if (path[i] == '/')
            rc = add_entry(all, number, i);
    }
    return rc == 0 ? add_entry(all, number, len) : rc;
}

static int
by_key(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int by_sum = oid_compare(&x->key, &y->key);

    if (by_sum != 0)
        return by_sum;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return x->len < y->len ? -1 : x->len > y->len;
}

static int
find_kind(enum twins_kind *out, struct entries *all, const struct entry *a,
          const struct entry *b)
{
    const char *x = path_of(all, a);
    const char *y = path_of(all, b);
    size_t composed;
    int rc;

    *out = TWINS_FOLDER;
    if (a->len == b->len && memcmp(x, y, a->len) == 0)
        return 0;
    all->scratch.len = 0;
    rc = append_name(&all->scratch, x, a->len, false);
    composed = all->scratch.len;
    if (rc == 0)
        rc = append_name(&all->scratch, y, b->len, false);
    if (rc != 0)
        return rc;
    *out = all->scratch.len == 2 * composed &&
                   memcmp(all->scratch.data, all->scratch.data + composed,
                          composed) == 0
               ? TWINS_FORM
               : TWINS_CASE;
    return 0;
}

static int
add_pair(struct twins *t, struct entries *all, const struct entry *a,
         const struct entry *b)
{
    struct twins_pair *p = &t->pairs[t->count];
    int rc = find_kind(&p->kind, all, a, b);

    if (rc != 0)
        return rc;
    p->a = &all->list->files[a->number];
    p->b = &all->list->files[b->number];
    p->a_len = a->len;
    p->b_len = b->len;
    t->count++;
    return 0;
}

static int
by_second(const void *a, const void *b)
{
    const struct twins_pair *x = a;
    const struct twins_pair *y = b;

    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return x->b_len < y->b_len ? -1 : x->b_len > y->b_len;
}

static int
add_pairs(struct twins *t, struct entries *all)
{
    size_t alike = 0;
    size_t first = 0;
    int rc = 0;

    qsort(all->items, all->count, sizeof *all->items, by_key);
    for (size_t i = 1; i < all->count; i++)
        alike += oid_equal(&all->items[i].key, &all->items[i - 1].key);
    if (alike == 0)
        return 0;
    t->pairs = calloc(alike, sizeof *t->pairs);
    if (t->pairs == NULL)
        return -ENOMEM;
    for (size_t i = 1; rc == 0 && i < all->count; i++) {
        if (oid_equal(&all->items[first].key, &all->items[i].key)) {
            rc = add_pair(t, all, &all->items[first], &all->items[i]);
        } else {
            first = i;
        }
    }
    qsort(t->pairs, t->count, sizeof *t->pairs, by_second);
    return rc;
}

int
twins_find(struct twins *out, const struct file_list *l)
{
    struct entries all = {.list = l};
    int rc = 0;

    *out = (struct twins){0};
    for (size_t i = 0; rc == 0 && i < l->count; i++)
        rc = add_file(&all, i);
    if (rc == 0 && all.count > 0)
        rc = add_pairs(out, &all);
    if (rc != 0)
        twins_clear(out);
    free(all.items);
    buffer_clear(&all.scratch);
    return rc;
}

const char *
twins_reason(enum twins_kind kind)
{
    switch (kind) {
    case TWINS_CASE:
        return "differ only in case";
    case TWINS_FORM:
        return "differ only in how Unicode composes a letter";
    case TWINS_FOLDER:
        return "one is a file, the other a folder of the same name";
    }
    return "";
}

void
twins_clear(struct twins *t)
{
    if (t == NULL)
        return;
    free(t->pairs);
    *t = (struct twins){0};
}
