#include "services/sync-engine/repo/mpack.h"

#include <errno.h>

#define DEPTH_MAX 16

enum format {
    NIL = 0xc0,
    BIN8 = 0xc4,
    EXT8 = 0xc7,
    UINT8 = 0xcc,
    UINT64 = 0xcf,
    INT8 = 0xd0,
    INT16 = 0xd1,
    INT32 = 0xd2,
    INT64 = 0xd3,
    STR8 = 0xd9,
    STR16 = 0xda,
    STR32 = 0xdb,
    LIST16 = 0xdc,
    LIST32 = 0xdd,
    MAP16 = 0xde,
    MAP32 = 0xdf,
};

void
mpack_init(struct mpack *in, const void *data, size_t len)
{
    *in = (struct mpack){.p = data, .end = data};
    if (len != 0)
        in->end += len;
}

size_t
mpack_left(const struct mpack *in)
{
    return (size_t)(in->end - in->p);
}

/* Read size bytes, most significant first. */
static int
get_big(struct mpack *in, size_t size, uint64_t *out)
{
    uint64_t value = 0;

    if (mpack_left(in) < size)
        return -EBADMSG;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | in->p[i];
    in->p += size;
    *out = value;
    return 0;
}

static int
get_byte(struct mpack *in, unsigned *out)
{
    uint64_t value;
    int rc = get_big(in, 1, &value);

    if (rc == 0)
        *out = (unsigned)value;
    return rc;
}

/* The count behind a head: in its low bits, or in the bytes that follow. */
static int
get_count(struct mpack *in, size_t size, size_t each, size_t *out)
{
    uint64_t count = 0;
    int rc = get_big(in, size, &count);

    if (rc != 0)
        return rc;
    if (count > mpack_left(in) / each)
        return -EBADMSG;
    *out = (size_t)count;
    return 0;
}

static int
bounded(const struct mpack *in, unsigned count, size_t each, size_t *out)
{
    if (count > mpack_left(in) / each)
        return -EBADMSG;
    *out = count;
    return 0;
}

int
mpack_get_map(struct mpack *in, size_t *count)
{
    unsigned head;
    int rc = get_byte(in, &head);

    if (rc != 0)
        return rc;
    if ((head & 0xf0) == 0x80)
        return bounded(in, head & 15, 2, count);
    if (head == MAP16 || head == MAP32)
        return get_count(in, head == MAP16 ? 2 : 4, 2, count);
    *count = 0;
    return head == NIL ? 0 : -EBADMSG;
}

int
mpack_get_list(struct mpack *in, size_t *count)
{
    unsigned head;
    int rc = get_byte(in, &head);

    if (rc != 0)
        return rc;
    if ((head & 0xf0) == 0x90)
        return bounded(in, head & 15, 1, count);
    if (head == LIST16 || head == LIST32)
        return get_count(in, head == LIST16 ? 2 : 4, 1, count);
    *count = 0;
    return head == NIL ? 0 : -EBADMSG;
}

int
mpack_get_text(struct mpack *in, struct mpack_text *out)
{
    size_t len = 0;
    unsigned head;
    int rc = get_byte(in, &head);

    if (rc != 0)
        return rc;
    if ((head & 0xe0) == 0xa0) {
        rc = bounded(in, head & 31, 1, &len);
    } else if (head >= STR8 && head <= STR32) {
        rc = get_count(in, (size_t)1 << (head - STR8), 1, &len);
    } else if (head != NIL) {
        rc = -EBADMSG;
    }
    if (rc != 0)
        return rc;
    *out = (struct mpack_text){.text = (const char *)in->p, .len = len};
    in->p += len;
    return 0;
}

/* Widen a two's complement number of size bytes. */
static int64_t
widen(uint64_t value, size_t size)
{
    uint64_t sign = UINT64_C(1) << (8 * size - 1);

    return (int64_t)((value ^ sign) - sign);
}

int
mpack_get_int(struct mpack *in, int64_t *out)
{
    uint64_t value = 0;
    unsigned head;
    size_t size;
    int rc = get_byte(in, &head);

    if (rc != 0)
        return rc;
    if (head < 0x80 || head >= 0xe0 || head == NIL) {
        *out = head == NIL ? 0 : widen(head, 1);
        return 0;
    }
    if (head < UINT8 || head > INT64)
        return -EBADMSG;
    size = (size_t)1 << (head - (head < INT8 ? UINT8 : INT8));
    rc = get_big(in, size, &value);
    if (rc != 0)
        return rc;
    if (head == UINT64 && value > INT64_MAX)
        return -EBADMSG;
    *out = head < INT8 ? (int64_t)value : widen(value, size);
    return 0;
}

/* Bytes of the payload of a head that is neither text, list nor map; fixed
 * ones from the table of the MessagePack specification. */
static int
scalar_size(struct mpack *in, unsigned head, size_t *out)
{
    static const unsigned char fixed[] = {
        [0xc0] = 0, [0xc2] = 0, [0xc3] = 0, [0xca] = 4, [0xcb] = 8, [0xcc] = 1,
        [0xcd] = 2, [0xce] = 4, [0xcf] = 8, [0xd0] = 1, [0xd1] = 2, [0xd2] = 4,
        [0xd3] = 8, [0xd4] = 2, [0xd5] = 3, [0xd6] = 5, [0xd7] = 9, [0xd8] = 17,
    };
    int rc;

    if (head == 0xc1)
        return -EBADMSG;
    if (head >= BIN8 && head < EXT8)
        return get_count(in, (size_t)1 << (head - BIN8), 1, out);
    if (head >= EXT8 && head <= 0xc9) {
        rc = get_count(in, (size_t)1 << (head - EXT8), 1, out);
        *out += 1; /* the type */
        return rc;
    }
    *out = head < sizeof fixed ? fixed[head] : 0;
    return 0;
}

static int
skip_scalar(struct mpack *in)
{
    size_t size = 0;
    unsigned head;
    int rc = get_byte(in, &head);

    if (rc == 0)
        rc = scalar_size(in, head, &size);
    if (rc == 0 && size > mpack_left(in))
        rc = -EBADMSG;
    if (rc == 0)
        in->p += size;
    return rc;
}

/* Is the next value text, a list or a map?  NUL for none of them. */
static char
kind(unsigned head)
{
    if ((head & 0xe0) == 0xa0 || (head >= STR8 && head <= STR32))
        return 't';
    if ((head & 0xf0) == 0x90 || head == LIST16 || head == LIST32)
        return 'l';
    if ((head & 0xf0) == 0x80 || head == MAP16 || head == MAP32)
        return 'm';
    return '\0';
}

/* Pass over a scalar or a text, or over the head of a list or a map with
 * *inside values in it. */
static int
skip_head(struct mpack *in, size_t *inside)
{
    struct mpack_text text;
    int rc;

    *inside = 0;
    if (mpack_left(in) == 0)
        return -EBADMSG;
    switch (kind(*in->p)) {
    case 't':
        return mpack_get_text(in, &text);
    case 'l':
        return mpack_get_list(in, inside);
    case 'm':
        rc = mpack_get_map(in, inside);
        *inside *= 2;
        return rc;
    default:
        return skip_scalar(in);
    }
}

/* Values still to pass over at each depth: no recursion on hostile input. */
int
mpack_skip(struct mpack *in)
{
    size_t open[DEPTH_MAX] = {1};
    size_t depth = 0;

    for (;;) {
        size_t inside;
        int rc;

        while (open[depth] == 0) {
            if (depth-- == 0)
                return 0;
        }
        open[depth]--;
        rc = skip_head(in, &inside);
        if (rc != 0)
            return rc;
        if (inside != 0) {
            if (++depth == DEPTH_MAX)
                return -EBADMSG;
            open[depth] = inside;
        }
    }
}

/* Append a head and the low `size` bytes of value. */
static int
put_big(struct buffer *out, unsigned head, uint64_t value, size_t size)
{
    unsigned char bytes[9] = {(unsigned char)head};

    for (size_t i = 0; i < size; i++)
        bytes[1 + i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    return buffer_append(out, bytes, 1 + size);
}

int
mpack_put_map(struct buffer *out, size_t count)
{
    if (count > 15)
        return -EOVERFLOW;
    return put_big(out, 0x80 | (unsigned)count, 0, 0);
}

int
mpack_put_list(struct buffer *out, size_t count)
{
    if (count <= 15)
        return put_big(out, 0x90 | (unsigned)count, 0, 0);
    if (count <= UINT16_MAX)
        return put_big(out, LIST16, count, 2);
    return count <= UINT32_MAX ? put_big(out, LIST32, count, 4) : -EOVERFLOW;
}

int
mpack_put_text(struct buffer *out, const char *text, size_t len)
{
    int rc;

    if (len <= 31) {
        rc = put_big(out, 0xa0 | (unsigned)len, 0, 0);
    } else if (len <= UINT8_MAX) {
        rc = put_big(out, STR8, len, 1);
    } else if (len <= UINT16_MAX) {
        rc = put_big(out, STR16, len, 2);
    } else {
        rc = -EOVERFLOW;
    }
    return rc == 0 ? buffer_append(out, text, len) : rc;
}

int
mpack_put_int64(struct buffer *out, int64_t value)
{
    return put_big(out, INT64, (uint64_t)value, 8);
}

int
mpack_put_zero(struct buffer *out)
{
    return put_big(out, 0, 0, 0);
}
