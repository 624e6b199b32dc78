/*
 * slots.h - a rendered text with places for numbers that change with every
 * millisecond: ages, the time of the answer.  Each place holds one digit as a
 * placeholder; the numbers go in when the text is sent.  So a text is rendered
 * once per change and sent any number of times.
 *
 * Threads: pure.
 */
#ifndef GATEWAY_SIYUAN_SLOTS_H
#define GATEWAY_SIYUAN_SLOTS_H

#include "gateway/http/json_out.h"

#include <stddef.h>
#include <stdint.h>

#define SLOTS_MAX        3
#define SLOTS_DIGITS_MAX 20 /* of one number */

enum slots_kind {
    SLOTS_SINCE, /* base + (now - since), in ms of the boot clock */
    SLOTS_WALL,  /* the wall clock, in ms */
};

struct slot {
    enum slots_kind kind;
    size_t offset; /* of the placeholder; slots_put() sets it */
    uint64_t base, since_ms;
};

struct slots_now {
    uint64_t boot_ms, wall_ms;
};

struct slots {
    /* NULL; or, for a text sent at once, the numbers of now are written. */
    const struct slots_now *now;
    size_t count;
    struct slot slot[SLOTS_MAX];
};

/* The numbers of one moment, as digits with a NUL. */
struct slots_numbers {
    char text[SLOTS_MAX][SLOTS_DIGITS_MAX + 1];
};

/* Write the placeholder and remember where it is. */
void slots_put(struct json_out *w, struct slots *s, const struct slot *slot);

/* The numbers at now.  Returns the length of a text of len bytes with them. */
size_t slots_format(const struct slots *s, size_t len,
                    const struct slots_now *now, struct slots_numbers *out);

/* Copy text to out with the numbers in place. */
void slots_fill(char *out, const char *text, size_t len, const struct slots *s,
                const struct slots_numbers *numbers);

#endif
