/*
 * wire.h - reading and writing the msgpack profile of SB1.
 *
 * msgpack-c's unpacker trusts length headers: five bytes can make it ask for
 * gigabytes.  So nothing reaches it that wire_scan() has not walked first,
 * and nothing outside proto/ calls msgpack-c at all.
 *
 * Profile: maps, arrays, str (valid UTF-8), bool, nil, integers below 2^53;
 * no float, bin or ext; depth at most WIRE_DEPTH_MAX; keys are str, no key
 * twice in a map, at most WIRE_PAIRS_MAX of them.
 *
 * Threads: every function is pure apart from the objects it is given.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_DEPTH_MAX 4
#define WIRE_PAIRS_MAX 256 /* bounds the search for duplicate keys */
#define WIRE_INT_MAX   ((UINT64_C(1) << 53) - 1)
#define WIRE_ZONE_SIZE 8192 /* bytes of one allocation of the reader's zone */

/*
 * Walk one msgpack value without allocating.
 *
 * Returns 0 when buf holds exactly one value of the profile whose outermost
 * type is a map; -EBADMSG otherwise.
 */
int wire_scan(const void *buf, size_t len);

/*
 * A number for what a message says, whoever wrote it: equal for equal bytes
 * of its pairs, known keys or not, apart from those whose keys stand in skip
 * (a list that ends with NULL).  buf has passed wire_scan().
 */
uint64_t wire_digest(const void *buf, size_t len, const char *const *skip);

/* A decoded map: keep it while the values read from it are used. */
struct wire_reader {
    msgpack_zone *zone; /* NULL: nothing open */
    msgpack_object map;
};

/*
 * Scan and decode one message.
 *
 * Returns 0 and an open reader that the caller gives to wire_reader_clear();
 * -EBADMSG or -ENOMEM, and a reader that holds nothing.
 */
int wire_reader_init(struct wire_reader *r, const void *buf, size_t len);
void wire_reader_clear(struct wire_reader *r);

/* Find key in map; NULL when it is absent or map is no map. */
const msgpack_object *wire_find(const msgpack_object *map, const char *key);

/*
 * Typed reads.  All return 0 and set *out; -ENOENT when o is NULL (absent)
 * and leave *out alone; -EBADMSG when the type or the range is wrong.
 * Strings are copied with a terminating NUL; one that does not fit cap or
 * holds a NUL byte is -EBADMSG.
 */
int wire_get_uint(const msgpack_object *o, uint64_t max, uint64_t *out);
int wire_get_bool(const msgpack_object *o, bool *out);
int wire_get_str(const msgpack_object *o, char *out, size_t cap);
/* An array of exactly n unsigned integers. */
int wire_get_uints(const msgpack_object *o, uint64_t *out, size_t n);

/*
 * Writing: into a caller's buffer, shortest form, never past cap, without
 * allocation.  A writer points into itself: do not copy it.
 */
struct wire_writer {
    unsigned char *buf;
    size_t cap;
    size_t len;    /* bytes written so far */
    bool overflow; /* a write did not fit: the message is void */
    msgpack_packer packer;
};

void wire_writer_init(struct wire_writer *w, void *buf, size_t cap);
void wire_put_map(struct wire_writer *w, size_t pairs);
void wire_put_array(struct wire_writer *w, size_t items);
void wire_put_key(struct wire_writer *w, const char *key);
/* A value above WIRE_INT_MAX, which no peer would accept, becomes that. */
void wire_put_uint(struct wire_writer *w, uint64_t value);
void wire_put_bool(struct wire_writer *w, bool value);
void wire_put_str(struct wire_writer *w, const char *value);

/* Bytes written, or -ENOBUFS when something did not fit. */
int wire_writer_end(const struct wire_writer *w);

/*
 * Copy src to dst, cut at a UTF-8 boundary so that it fits cap bytes with the
 * NUL; bytes that are not UTF-8 and control characters become U+FFFD.  A cut
 * text ends in an ellipsis (U+2026), so that a reader sees it was longer.
 */
void wire_text_copy(char *dst, size_t cap, const char *src);

#endif
