/*
 * edit.h - one round of edits: which files of a sample change, appear, go.
 *
 * Pure.  The same listing, seed and round give the same edits.
 */
#ifndef TOOLS_SAMPLE_EDIT_H
#define TOOLS_SAMPLE_EDIT_H

#include "tools/sample/catalog.h"

/* Times of edited files: later than all of the sample, a day a round. */
#define EDIT_EPOCH_S (CATALOG_EPOCH_S + CATALOG_SPAN_S + 86400)

enum edit_kind {
    EDIT_REWRITE, /* all bytes new: entry holds the new size */
    EDIT_PATCH,   /* EDIT_PATCH_SIZE bytes at `at`, fewer at the end */
    EDIT_APPEND,  /* EDIT_APPEND_SIZE bytes at the end */
    EDIT_ADD,
    EDIT_REMOVE,
};

#define EDIT_PATCH_SIZE  4096
#define EDIT_APPEND_SIZE 20000

struct edit {
    enum edit_kind kind;
    uint64_t at; /* EDIT_PATCH */
    struct catalog_entry entry;
};

/*
 * Choose count edits (out has room) of the sample listed: three of five
 * change a file, one adds one, one removes one; settings are left alone.  The
 * time of a changed file is a second of its own.  Returns the number chosen:
 * fewer than count when the sample has too few files.
 */
size_t edit_choose(struct edit *out, size_t count, const struct catalog *files,
                   uint64_t seed, unsigned round);

#endif
