/*
 * mpack.h - the little MessagePack that full-latest.json needs.
 *
 * Writing follows the encoder of the kernel byte for byte.  Reading trusts
 * nothing: a length or count that the bytes left cannot hold is refused, so
 * the reader allocates nothing and never looks beyond the end.
 *
 * Readers return 0, or -EBADMSG; they take a nil for an empty value, as the
 * kernel does.  Writers append to *out and return 0, -EOVERFLOW for more than
 * MessagePack can count, or -ENOMEM.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_MPACK_H
#define SERVICES_SYNC_ENGINE_REPO_MPACK_H

#include "services/sync-engine/repo/buffer.h"

#include <stddef.h>
#include <stdint.h>

/* Where the reader stands; a value. */
struct mpack {
    const unsigned char *p;
    const unsigned char *end;
};

/* Text inside the input: no NUL behind it, valid as long as the input is. */
struct mpack_text {
    const char *text;
    size_t len;
};

void mpack_init(struct mpack *in, const void *data, size_t len);

/* Bytes not read yet. */
size_t mpack_left(const struct mpack *in);

/* Read the head of a map: *count pairs follow, each at least two bytes. */
int mpack_get_map(struct mpack *in, size_t *count);

/* Read the head of a list: *count values follow. */
int mpack_get_list(struct mpack *in, size_t *count);

int mpack_get_text(struct mpack *in, struct mpack_text *out);

/* Read an integer of any width that fits. */
int mpack_get_int(struct mpack *in, int64_t *out);

/* Pass over one value of any kind, nested up to 16 deep. */
int mpack_skip(struct mpack *in);

int mpack_put_map(struct buffer *out, size_t count); /* at most 15 */
int mpack_put_list(struct buffer *out, size_t count);
int mpack_put_text(struct buffer *out, const char *text, size_t len);
int mpack_put_int64(struct buffer *out, int64_t value); /* always 9 bytes */
int mpack_put_zero(struct buffer *out);

#endif
