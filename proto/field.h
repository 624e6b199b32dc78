/*
 * field.h - a message as a table: which key holds which member of which type.
 *
 * One table serves both directions, so encoder and decoder cannot disagree.
 * Only proto/ uses this header.  Pure functions.
 */
#ifndef PROTO_FIELD_H
#define PROTO_FIELD_H

#include "proto/wire.h"

#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_UINT,   /* uint64_t, 0 to bound */
    FIELD_UINT32, /* uint32_t */
    FIELD_BOOL,
    FIELD_TEXT,   /* char [bound] */
    FIELD_HEX,    /* char [bound], lower-case hex digits or "" */
    FIELD_UINTS,  /* uint64_t [bound], as an array */
    FIELD_WORD,   /* an enum below bound, as one of `tokens` */
    FIELD_COUNTS, /* uint64_t [bound], as a map of `tokens`; others ignored */
    FIELD_MAP,    /* a struct, as the map of `table` */
};

/* What a reader does when the key is absent. */
enum field_need {
    FIELD_OPTIONAL, /* leave the member zero */
    FIELD_REQUIRED, /* refuse the message */
};

/* What most rows of a table say of a member of `struct type`. */
#define FIELD_AT(type, member) .offset = offsetof(struct type, member)
#define FIELD_NUMBER(type, member)                                             \
    .kind = FIELD_UINT, .bound = WIRE_INT_MAX, FIELD_AT(type, member)
#define FIELD_STRING(type, member)                                             \
    .kind = FIELD_TEXT, .bound = sizeof((struct type *)0)->member,             \
    FIELD_AT(type, member)

struct field_table;

struct field {
    const char *key;
    enum field_kind kind;
    enum field_need need;
    uint32_t has; /* bit that says "known"; 0: always written */
    size_t offset;
    uint64_t bound;
    const char *const *tokens;
    const struct field_table *table;
};

struct field_table {
    const struct field *fields;
    size_t count;
};

/* The table of an array of fields. */
#define FIELD_TABLE(array)                                                     \
    {                                                                          \
        .fields = (array), .count = sizeof(array) / sizeof *(array)            \
    }

/* Pairs that field_put_pairs() will write for these `has` bits. */
size_t field_count(const struct field_table *t, uint32_t has);

/* Write the pairs of base without a map header. */
void field_put_pairs(struct wire_writer *w, const struct field_table *t,
                     const void *base, uint32_t has);

/* Write base as one map. */
void field_put_map(struct wire_writer *w, const struct field_table *t,
                   const void *base, uint32_t has);

/*
 * Read map into base, which the caller has zeroed; *has gets the bits of the
 * optional fields that were there.  Returns 0, or -EBADMSG and a half-filled
 * base: decode into a local, then assign.
 */
int field_get_map(const struct field_table *t, void *base, uint32_t *has,
                  const msgpack_object *map);

/*
 * The whole of an encoder: base as one message.  Returns the bytes written,
 * or -ENOBUFS.
 */
int field_encode(const struct field_table *t, const void *base, uint32_t has,
                 void *buf, size_t cap);

/*
 * The whole of a decoder: scan, decode, field_get_map().  Returns as that, or
 * -ENOMEM.
 */
int field_decode(const struct field_table *t, void *base, uint32_t *has,
                 const void *buf, size_t len);

/* The index of token in tokens[count], or -ENOENT. */
int field_find_token(const char *const *tokens, size_t count,
                     const char *token);

#endif
