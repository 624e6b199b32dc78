#include "gateway/stream/shared_text.h"

#include <stdlib.h>
#include <string.h>

struct shared_text *
shared_text_new(size_t len)
{
    struct shared_text *t = malloc(sizeof *t + len);

    if (t != NULL) {
        t->refs = 1;
        t->len = len;
    }
    return t;
}

struct shared_text *
shared_text_copy(const char *text, size_t len)
{
    struct shared_text *t = shared_text_new(len);

    if (t != NULL)
        memcpy(t->text, text, len);
    return t;
}

struct shared_text *
shared_text_keep(struct shared_text *t)
{
    if (t != NULL)
        t->refs++;
    return t;
}

void
shared_text_drop(struct shared_text *t)
{
    if (t != NULL && --t->refs == 0)
        free(t);
}
