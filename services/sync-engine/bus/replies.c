#include "services/sync-engine/bus/replies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEN (COMMAND_ID_MAX - 1)

const struct replies_entry *
replies_find(const struct replies *r, const void *id)
{
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        const struct replies_entry *e = &r->entries[i];

        if (e->data != NULL && memcmp(e->id, id, ID_LEN) == 0)
            return e;
    }
    return NULL;
}

int
replies_add(struct replies *r, const void *id, const void *data, size_t len)
{
    struct replies_entry *e = &r->entries[r->next];
    unsigned char *copy = malloc(len == 0 ? 1 : len);

    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, data, len);
    free(e->data);
    *e = (struct replies_entry){.data = copy, .len = len};
    memcpy(e->id, id, ID_LEN);
    r->next = (r->next + 1) % REPLIES_MAX;
    return 0;
}

void
replies_clear(struct replies *r)
{
    for (size_t i = 0; i < REPLIES_MAX; i++)
        free(r->entries[i].data);
    *r = (struct replies){0};
}
