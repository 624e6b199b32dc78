#include "services/sync-engine/repo/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (64u << 10)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) unsigned char data[];
};

static struct arena_block *
add_block(struct arena *a, size_t size)
{
    size_t room = BLOCK_SIZE - sizeof(struct arena_block);
    size_t cap = size > room / 4 ? size : room;
    struct arena_block *b;

    if (cap > SIZE_MAX - sizeof *b)
        return NULL;
    b = malloc(sizeof *b + cap);
    if (b == NULL)
        return NULL;
    b->used = 0;
    b->cap = cap;
    if (a->blocks != NULL && cap == size) {
        /* A big one of its own goes behind, the current block stays open. */
        b->next = a->blocks->next;
        a->blocks->next = b;
    } else {
        b->next = a->blocks;
        a->blocks = b;
    }
    return b;
}

static void *
take(struct arena *a, size_t size, size_t align)
{
    struct arena_block *b = a->blocks;
    size_t at = b != NULL ? (b->used + align - 1) / align * align : 0;

    if (b == NULL || at > b->cap || size > b->cap - at) {
        b = add_block(a, size);
        at = 0;
    }
    if (b == NULL)
        return NULL;
    b->used = at + size;
    a->used_bytes += size;
    return b->data + at;
}

void *
arena_alloc(struct arena *a, size_t size)
{
    return take(a, size, alignof(max_align_t));
}

char *
arena_text(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? take(a, len + 1, 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (len != 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void *
arena_copy(struct arena *a, const void *data, size_t size)
{
    void *copy = arena_alloc(a, size);

    if (copy != NULL && size != 0)
        memcpy(copy, data, size);
    return copy;
}

void
arena_clear(struct arena *a)
{
    if (a == NULL)
        return;
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;

        free(a->blocks);
        a->blocks = next;
    }
    *a = (struct arena){0};
}
