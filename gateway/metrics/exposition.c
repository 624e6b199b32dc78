#include "gateway/metrics/exposition.h"

#include "gateway/http/json_out.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MIN      1024
#define DIGITS_MAX    20
#define PER_UNIT      1000
#define NANOS_DIGITS  9
#define NANOS_PER_SEC UINT64_C(1000000000)

void
exposition_init(struct exposition *x, enum exposition_format format,
                size_t size)
{
    *x = (struct exposition){.format = format,
                             .cap = size > SIZE_MIN ? size : SIZE_MIN};
    x->text = malloc(x->cap);
    x->failed = x->text == NULL;
}

void
exposition_clear(struct exposition *x)
{
    free(x->text);
    *x = (struct exposition){.failed = true};
}

const char *
exposition_type(enum exposition_format format)
{
    return format == EXPOSITION_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

/* ---- bytes ---- */

static bool
has_room(struct exposition *x, size_t len)
{
    size_t cap = x->cap;
    char *moved;

    if (x->failed)
        return false;
    if (len <= cap - x->len)
        return true;
    while (len > cap - x->len)
        cap *= 2;
    moved = realloc(x->text, cap);
    if (moved == NULL) {
        x->failed = true;
        return false;
    }
    x->text = moved;
    x->cap = cap;
    return true;
}

static void
put_bytes(struct exposition *x, const char *bytes, size_t len)
{
    if (!has_room(x, len))
        return;
    memcpy(x->text + x->len, bytes, len);
    x->len += len;
}

static void
put(struct exposition *x, const char *text)
{
    put_bytes(x, text, strlen(text));
}

/* Escape what both formats escape; quotes only within a label's value. */
static void
put_escaped(struct exposition *x, const char *text, const char *special)
{
    size_t n;

    for (;; text += n + 1) {
        n = strcspn(text, special);
        put_bytes(x, text, n);
        if (text[n] == '\0')
            return;
        put(x, text[n] == '\n' ? "\\n" : text[n] == '"' ? "\\\"" : "\\\\");
    }
}

static void
put_uint(struct exposition *x, uint64_t value)
{
    char digits[DIGITS_MAX];

    put_bytes(x, digits, json_out_digits(digits, value));
}

/* "." and so many digits, without zeros at the end; nothing when 0. */
static void
put_fraction(struct exposition *x, uint64_t value, size_t digits)
{
    char text[1 + NANOS_DIGITS] = ".";

    for (size_t i = digits; i > 0; i--, value /= 10)
        text[i] = (char)('0' + value % 10);
    while (digits > 0 && text[digits] == '0')
        digits--;
    if (digits > 0)
        put_bytes(x, text, digits + 1);
}

/* ---- families ---- */

static const char *
suffix_of(enum exposition_kind kind)
{
    if (kind == EXPOSITION_COUNTER)
        return "_total";
    return kind == EXPOSITION_INFO ? "_info" : "";
}

static const char *
kind_word(enum exposition_kind kind, enum exposition_format format)
{
    static const char *const words[] = {
        [EXPOSITION_GAUGE] = "gauge",
        [EXPOSITION_COUNTER] = "counter",
        [EXPOSITION_INFO] = "info",
        [EXPOSITION_HISTOGRAM] = "histogram",
    };

    if (kind == EXPOSITION_INFO && format == EXPOSITION_TEXT)
        return "gauge";
    return words[kind];
}

/* "# TYPE name " */
static void
begin_line(struct exposition *x, const char *word)
{
    put(x, "# ");
    put(x, word);
    put(x, " ");
    put(x, x->family->name);
    if (x->format == EXPOSITION_TEXT)
        put(x, suffix_of(x->family->kind));
    put(x, " ");
}

void
exposition_family(struct exposition *x, const struct exposition_family *f)
{
    x->family = f;
    begin_line(x, "TYPE");
    put(x, kind_word(f->kind, x->format));
    put(x, "\n");
    if (x->format == EXPOSITION_OPENMETRICS && f->unit != NULL) {
        begin_line(x, "UNIT");
        put(x, f->unit);
        put(x, "\n");
    }
    begin_line(x, "HELP");
    /* 0.0.4 would print the backslash of \" as it is. */
    put_escaped(x, f->help, x->format == EXPOSITION_TEXT ? "\\\n" : "\\\n\"");
    put(x, "\n");
}

/* ---- samples ---- */

/* Name and labels, with le as the last one unless it is NULL. */
static void
begin_sample(struct exposition *x, const char *suffix,
             const struct exposition_label *l, const char *le)
{
    const char *before = "{";

    put(x, x->family->name);
    put(x, suffix);
    for (; l->name != NULL; l++) {
        put(x, before);
        put(x, l->name);
        put(x, "=\"");
        put_escaped(x, l->value, "\\\n\"");
        before = "\",";
    }
    if (le != NULL) {
        put(x, before);
        put(x, "le=\"");
        put(x, le);
        before = "\",";
    }
    put(x, before[0] == '{' ? " " : "\"} ");
}

void
exposition_uint(struct exposition *x, const struct exposition_label *l,
                uint64_t value)
{
    begin_sample(x, suffix_of(x->family->kind), l, NULL);
    put_uint(x, value);
    put(x, "\n");
}

void
exposition_milli(struct exposition *x, const struct exposition_label *l,
                 uint64_t thousandths)
{
    begin_sample(x, suffix_of(x->family->kind), l, NULL);
    put_uint(x, thousandths / PER_UNIT);
    put_fraction(x, thousandths % PER_UNIT, 3);
    put(x, "\n");
}

void
exposition_histogram(struct exposition *x, const struct exposition_label *l,
                     const struct exposition_histogram *h)
{
    uint64_t below = 0;

    for (size_t i = 0; i <= h->count; i++) {
        below += h->buckets[i];
        begin_sample(x, "_bucket", l, i < h->count ? h->bounds[i] : "+Inf");
        put_uint(x, below);
        put(x, "\n");
    }
    begin_sample(x, "_count", l, NULL);
    put_uint(x, below);
    put(x, "\n");
    begin_sample(x, "_sum", l, NULL);
    put_uint(x, h->sum_ns / NANOS_PER_SEC);
    put_fraction(x, h->sum_ns % NANOS_PER_SEC, NANOS_DIGITS);
    put(x, "\n");
}

void
exposition_end(struct exposition *x)
{
    if (x->format == EXPOSITION_OPENMETRICS)
        put(x, "# EOF\n");
    if (!has_room(x, 1))
        return;
    x->text[x->len] = '\0';
}
