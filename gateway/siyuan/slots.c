#include "gateway/siyuan/slots.h"

#include <assert.h>
#include <string.h>

static uint64_t
value_of(const struct slot *s, const struct slots_now *now)
{
    if (s->kind == SLOTS_WALL)
        return now->wall_ms;
    return s->base +
           (now->boot_ms > s->since_ms ? now->boot_ms - s->since_ms : 0);
}

void
slots_put(struct json_out *w, struct slots *s, const struct slot *slot)
{
    if (s->now != NULL) {
        json_out_uint(w, value_of(slot, s->now));
        return;
    }
    assert(s->count < SLOTS_MAX);
    json_out_uint(w, 0);
    s->slot[s->count] = *slot;
    s->slot[s->count].offset = w->len > 0 ? w->len - 1 : 0;
    s->count++;
}

size_t
slots_format(const struct slots *s, size_t len, const struct slots_now *now,
             struct slots_numbers *out)
{
    for (size_t i = 0; i < s->count; i++) {
        size_t digits =
            json_out_digits(out->text[i], value_of(&s->slot[i], now));

        out->text[i][digits] = '\0';
        len += digits - 1;
    }
    return len;
}

void
slots_fill(char *out, const char *text, size_t len, const struct slots *s,
           const struct slots_numbers *numbers)
{
    size_t from = 0;

    for (size_t i = 0; i < s->count; i++) {
        size_t offset = s->slot[i].offset;
        size_t digits = strlen(numbers->text[i]);

        memcpy(out, text + from, offset - from);
        out += offset - from;
        memcpy(out, numbers->text[i], digits);
        out += digits;
        from = offset + 1;
    }
    memcpy(out, text + from, len - from);
}
