/*
 * tree.h - the folder of a sample on disk: its mark, its files.
 *
 * The mark, a file `.syncbus-sample` beside data/, says that a folder is ours
 * to change, and holds the numbers it was made from.
 *
 * Every failure is logged here, with the path.  One thread at a time.
 */
#ifndef TOOLS_SAMPLE_TREE_H
#define TOOLS_SAMPLE_TREE_H

#include "tools/sample/catalog.h"

#include <stdbool.h>
#include <sys/types.h>

struct tree {
    int fd; /* of the folder; -1 when not open */
    const char *name;
};

struct tree_mark {
    struct catalog_numbers numbers;
    unsigned rounds; /* of edits made so far */
};

/* Outcomes of tree_open. */
#define TREE_FOREIGN 1 /* neither empty nor a sample: said in one line */

/*
 * Open the folder name, which is kept; with create, make it first.  Fills
 * *mark and sets *is_sample when it has a mark.  Returns 0, TREE_FOREIGN or
 * -errno.  tree_close() is fine after each.
 */
int tree_open(struct tree *t, const char *name, bool create,
              struct tree_mark *mark, bool *is_sample);
void tree_close(struct tree *t);

/* Returns 0 or -errno. */
int tree_write_mark(const struct tree *t, const struct tree_mark *mark);

/* Remove what a sample consists of; anything else in the folder stays. */
int tree_remove_sample(const struct tree *t);

/* Make the folder at path, and those above it.  Returns 0 or -errno. */
int tree_make_folder(const struct tree *t, const char *path);

/*
 * Open the file at path for writing, made anew (flags O_CREAT | O_TRUNC) or as
 * it is (0), with the folders above it.  Returns a descriptor or -errno.
 */
int tree_open_file(const struct tree *t, const char *path, int flags);

/* Set the times of fd, close it, and say what failed: rc first. */
int tree_finish_file(const char *path, int fd, int64_t mtime_ms, int rc);

/* Returns 0 or -errno. */
int tree_remove_file(const struct tree *t, const char *path);

/*
 * Every regular file below data/, sorted by path, with kind, size and time.
 * Returns 0 or -errno; the caller clears *out in any case.
 */
int tree_list(const struct tree *t, struct catalog *out);

#endif
