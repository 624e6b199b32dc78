#include "tests/support/chunker_reference.h"

#include <stdint.h>

#define P     UINT64_C(0x3DA3358B4DC173)
#define MIN   524288
#define MAX   8388608
#define MASK  0xFFFFF
#define CLEAN 64

static uint64_t table_out[256];
static uint64_t table_mod[256];

static uint64_t
mod_p(uint64_t x)
{
    for (int degree = 63; degree >= 53; degree--) {
        if ((x >> degree & 1) != 0)
            x ^= P << (degree - 53);
    }
    return x;
}

static void
make_tables(void)
{
    for (uint64_t b = 0; b < 256; b++) {
        table_out[b] = mod_p(b);
        for (int i = 0; i < 63; i++)
            table_out[b] = mod_p(table_out[b] << 8);
        table_mod[b] = mod_p(b << 53) ^ b << 53;
    }
}

static uint64_t
push(uint64_t d, unsigned char b)
{
    uint64_t i = d >> 45;

    return (d << 8 | b) ^ table_mod[i];
}

size_t
chunker_reference_cut(const unsigned char *data, size_t len)
{
    unsigned char window[CLEAN] = {1};
    size_t wpos = 1;
    uint64_t d;

    if (table_mod[1] == 0)
        make_tables();
    d = push(0, 1);
    for (size_t at = MIN - CLEAN; at < len; at++) {
        size_t n = at + 1;

        d ^= table_out[window[wpos]];
        window[wpos] = data[at];
        wpos = (wpos + 1) % CLEAN;
        d = push(d, data[at]);
        if (((d & MASK) == 0 || n >= MAX) && n >= MIN)
            return n;
    }
    return len;
}

void
chunker_reference_stream(unsigned char *data, size_t len)
{
    uint64_t x = UINT64_C(88172645463325252);

    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        data[i] = (unsigned char)(x >> (8 * (i % 8)));
    }
}
