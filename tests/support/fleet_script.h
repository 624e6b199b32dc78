/*
 * fleet_script.h - random scripts of edits and syncs over three devices:
 * drawn from a seed, printed for a person, made short when they fail.
 *
 * A struct script is a value.
 */
#ifndef TESTS_SUPPORT_FLEET_SCRIPT_H
#define TESTS_SUPPORT_FLEET_SCRIPT_H

#include "tests/support/fleet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_OPS_MAX 48
#define SCRIPT_PATHS   6

enum script_kind {
    SCRIPT_EDIT,
    SCRIPT_SAME, /* the same text as others write at that time */
    SCRIPT_TOUCH,
    SCRIPT_REMOVE,
    SCRIPT_RENAME,
    SCRIPT_SYNC,
    SCRIPT_DOWNLOAD,
    SCRIPT_UPLOAD,
    SCRIPT_KINDS,
};

struct script_op {
    enum script_kind kind;
    int device;
    size_t path;      /* of script_paths */
    size_t other;     /* where a rename goes */
    int wait_s;       /* before it */
    unsigned content; /* of an edit: no other has it */
};

struct script {
    struct script_op ops[SCRIPT_OPS_MAX];
    size_t count;
    int offset_s[FLEET_DEVICES]; /* how wrong the clocks are */
    bool blank[FLEET_DEVICES];   /* no file before the first sync */
};

extern const char *const script_paths[SCRIPT_PATHS];

/* The script of this seed, of count steps (up to SCRIPT_OPS_MAX). */
void script_make(struct script *s, uint64_t seed, size_t count);

/* Run a script; returns what went wrong, or NULL. */
typedef const char *(*script_run_fn)(const struct script *s);

/* Leave out of a failing script what is not needed to fail. */
void script_shrink(struct script *s, script_run_fn run);

/* Print it, a line per step. */
void script_print(const struct script *s);

/*
 * Run the scripts of count seeds; the first that fails is shrunk, printed and
 * ends the test.
 */
struct script_seeds {
    uint64_t first;
    uint64_t count;
    size_t ops; /* steps of each */
};
void script_run_seeds(const struct script_seeds *seeds, script_run_fn run);

#endif
