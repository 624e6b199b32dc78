#include "tools/sample/prose.h"

#include <string.h>
#include <time.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *const words[] = {
    "a",        "about",   "after",    "again",   "archive", "atlas",
    "because",  "before",  "between",  "block",   "book",    "branch",
    "bridge",   "by",      "chapter",  "city",    "cloud",   "coast",
    "column",   "compare", "copper",   "current", "data",    "deep",
    "device",   "diagram", "draft",    "early",   "east",    "engine",
    "evening",  "every",   "example",  "field",   "figure",  "first",
    "forest",   "form",    "from",     "garden",  "glass",   "graph",
    "harbour",  "history", "hour",     "idea",    "in",      "index",
    "island",   "journal", "kitchen",  "large",   "later",   "layer",
    "lesson",   "letter",  "library",  "light",   "line",    "list",
    "long",     "machine", "map",      "margin",  "measure", "memory",
    "method",   "morning", "mountain", "music",   "name",    "narrow",
    "night",    "north",   "note",     "number",  "object",  "of",
    "on",       "open",    "orchard",  "order",   "outline", "page",
    "paper",    "paths",   "pattern",  "person",  "plan",    "pocket",
    "point",    "project", "question", "quiet",   "railway", "reader",
    "record",   "river",   "salt",     "sample",  "season",  "second",
    "sentence", "sheet",   "signal",   "simple",  "slow",    "small",
    "south",    "station", "stone",    "story",   "street",  "summer",
    "table",    "theory",  "thread",   "to",      "today",   "tool",
    "tower",    "travel",  "valley",   "village", "water",   "weather",
    "west",     "window",  "winter",   "with",    "word",    "yellow",
    "笔记",     "同步",    "图书馆",   "天气",    "naïve",   "Straße",
};
/* The ASCII ones come first. */
#define ASCII_WORDS (COUNT(words) - 6)

static const char *
draw_word(struct rng *r, size_t count)
{
    return words[rng_below(r, count)];
}

void
prose_stamp(char out[PROSE_STAMP_MAX], int64_t seconds)
{
    time_t t = (time_t)seconds;
    struct tm tm;

    (void)gmtime_r(&t, &tm);
    (void)strftime(out, PROSE_STAMP_MAX, "%Y%m%d%H%M%S", &tm);
}

void
prose_id(char out[PROSE_ID_MAX], struct rng *r, int64_t seconds)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char *p = out + PROSE_STAMP_MAX - 1;

    prose_stamp(out, seconds);
    *p++ = '-';
    for (size_t i = 0; i < 7; i++)
        *p++ = digits[rng_below(r, 36)];
    *p = '\0';
}

void
prose_title(char out[PROSE_TITLE_MAX], struct rng *r)
{
    size_t count = 2 + rng_below(r, 3), len = 0;

    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, PROSE_TITLE_MAX - len, "%s%s",
                                i > 0 ? " " : "", draw_word(r, COUNT(words)));
    }
}

void
prose_sentence(FILE *out, struct rng *r)
{
    size_t count = 5 + rng_below(r, 9);

    for (size_t i = 0; i < count; i++) {
        (void)fputs(draw_word(r, COUNT(words)), out);
        (void)putc(i + 1 < count ? ' ' : '.', out);
    }
    (void)putc(' ', out);
}

void
prose_exactly(FILE *out, struct rng *r, size_t len)
{
    while (len > 0) {
        const char *word = draw_word(r, ASCII_WORDS);
        size_t n = strlen(word);

        if (n > len)
            n = len;
        (void)fwrite(word, 1, n, out);
        len -= n;
        if (len > 0) {
            (void)putc(' ', out);
            len--;
        }
    }
}

/* One row: a number, two words, padding of zeros, line end. */
static void
write_row(struct rng *r, char row[PROSE_ROW])
{
    uint64_t number = rng_next(r);
    size_t at = 0;

    for (; at < 12; at++, number >>= 4)
        row[at] = (char)('0' + number % 10);
    for (size_t i = 0; i < 3; i++) {
        const char *word = words[number % ASCII_WORDS];

        number = rng_next(r);
        row[at++] = ',';
        while (*word != '\0')
            row[at++] = *word++;
    }
    row[at++] = ',';
    memset(row + at, '0', PROSE_ROW - 1 - at);
    row[PROSE_ROW - 1] = '\n';
}

void
prose_rows(struct rng *r, char *buf, size_t len)
{
    char row[PROSE_ROW];

    for (; len >= PROSE_ROW; len -= PROSE_ROW, buf += PROSE_ROW)
        write_row(r, buf);
    if (len > 0) {
        write_row(r, row);
        memcpy(buf, row, len);
    }
}
