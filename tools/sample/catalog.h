/*
 * catalog.h - which files a sample has, from its three numbers alone.
 *
 * Pure: nothing is written here.  The same numbers give the same catalog on
 * every machine, down to the byte and the millisecond.
 */
#ifndef TOOLS_SAMPLE_CATALOG_H
#define TOOLS_SAMPLE_CATALOG_H

#include <stddef.h>
#include <stdint.h>

#define CATALOG_PATH_MAX  256
#define CATALOG_FILES_MIN 50
#define CATALOG_FILES_MAX 200000
/* Fewer bytes a file leave no room for documents. */
#define CATALOG_BYTES_PER_FILE_MIN 3072

/* Times of all files: from here on, within CATALOG_SPAN_S. */
#define CATALOG_EPOCH_S 1609459200 /* 2021-01-01 00:00:00 UTC */
#define CATALOG_SPAN_S  94608000   /* three years */

enum catalog_kind {
    CATALOG_DOC,      /* doc.h */
    CATALOG_SETTINGS, /* settings.h */
    CATALOG_NOISE,    /* an asset that does not shrink */
    CATALOG_ROWS,     /* an asset that does */
};

struct catalog_entry {
    enum catalog_kind kind;
    uint64_t size; /* bytes */
    int64_t mtime_ms;
    char path[CATALOG_PATH_MAX]; /* relative to the workspace */
};

struct catalog {
    struct catalog_entry *entries;
    size_t count;
};

struct catalog_numbers {
    size_t files;   /* below data/, from CATALOG_FILES_MIN to _MAX */
    uint64_t bytes; /* of these files together */
    uint64_t seed;
};

/*
 * Fill *c, which catalog_clear() empties in any case.  The files below data/
 * have exactly the sum of bytes asked for; conf/conf.json comes on top.
 * Returns 0, or -ENOMEM, or -EIO (memory for a text), or -ERANGE when the
 * bytes are too few for the files.
 */
int catalog_init(struct catalog *c, const struct catalog_numbers *numbers);
void catalog_clear(struct catalog *c);

/* What belongs at this path of an existing sample. */
enum catalog_kind catalog_kind_of(const char *path);

#endif
