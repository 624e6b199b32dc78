/*
 * exposition.h - metrics as text, in both formats that scrapers ask for:
 * OpenMetrics 1.0 and Prometheus text 0.0.4.
 *
 * A family is announced once, then come its samples.  The formats differ in
 * names: a counter `syncbus_x` has samples `syncbus_x_total` in both, but
 * only OpenMetrics announces it without the suffix, and info likewise.
 *
 * Memory grows as needed; when there is none, *failed* is set, and what has
 * been written is void.  Threads: pure apart from the writer.
 */
#ifndef GATEWAY_METRICS_EXPOSITION_H
#define GATEWAY_METRICS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exposition_format {
    EXPOSITION_TEXT,
    EXPOSITION_OPENMETRICS,
};

enum exposition_kind {
    EXPOSITION_GAUGE,
    EXPOSITION_COUNTER,   /* samples end in _total */
    EXPOSITION_INFO,      /* samples end in _info, their value is 1 */
    EXPOSITION_HISTOGRAM, /* exposition_histogram() only */
};

struct exposition_family {
    const char *name; /* without suffix of the kind; ends in unit, if any */
    enum exposition_kind kind;
    const char *unit; /* "seconds"; or NULL */
    const char *help; /* one sentence */
};

/* Labels end with one whose name is NULL.  Values: any text; escaped here. */
struct exposition_label {
    const char *name, *value;
};

struct exposition {
    enum exposition_format format;
    char *text; /* owned; no NUL at the end before exposition_end() */
    size_t len, cap;
    bool failed;
    const struct exposition_family *family;
};

/* size: a guess of what will be written, bytes. */
void exposition_init(struct exposition *x, enum exposition_format format,
                     size_t size);
void exposition_clear(struct exposition *x);

/* The value of Content-Type. */
const char *exposition_type(enum exposition_format format);

/* Announce a family; the samples that follow are its own. */
void exposition_family(struct exposition *x, const struct exposition_family *f);

void exposition_uint(struct exposition *x, const struct exposition_label *l,
                     uint64_t value);

/* Thousandths of the unit: 1830 is written 1.83. */
void exposition_milli(struct exposition *x, const struct exposition_label *l,
                      uint64_t thousandths);

struct exposition_histogram {
    const char *const *bounds; /* upper ones, in rising order, as written */
    size_t count;              /* of bounds; buckets has one more: +Inf */
    const uint64_t *buckets;   /* observations in each, not cumulated */
    uint64_t sum_ns;
};

void exposition_histogram(struct exposition *x,
                          const struct exposition_label *l,
                          const struct exposition_histogram *h);

/* The end of the text, which then has a NUL. */
void exposition_end(struct exposition *x);

#endif
