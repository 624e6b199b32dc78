/*
 * shared_text.h - a text that many readers send and nobody changes: made once,
 * freed when the last of them is through with it.
 *
 * Threads: all references of one text belong to one thread.
 */
#ifndef GATEWAY_STREAM_SHARED_TEXT_H
#define GATEWAY_STREAM_SHARED_TEXT_H

#include <stddef.h>

struct shared_text {
    unsigned refs;
    size_t len;
    char text[]; /* no NUL */
};

/* A text of len bytes, to be filled, with one reference; or NULL. */
struct shared_text *shared_text_new(size_t len);

/* The same with these bytes. */
struct shared_text *shared_text_copy(const char *text, size_t len);

/* One more reference; returns t.  NULL is fine. */
struct shared_text *shared_text_keep(struct shared_text *t);

/* One reference less.  NULL is fine. */
void shared_text_drop(struct shared_text *t);

#endif
