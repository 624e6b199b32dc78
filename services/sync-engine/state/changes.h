/*
 * changes.h - read what a run did, file by file: the reports of run/report.h,
 * line by line, for pages that go on where the last one ended.
 *
 * Threads: any, also while runs end: a report is complete or not there.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_CHANGES_H
#define SERVICES_SYNC_ENGINE_STATE_CHANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct changes {
    FILE *file; /* NULL: nothing open */
    char *line;
    size_t line_cap;
    json_t *value; /* of the line */
    uint64_t at;   /* byte the line begins at */
};

/* One line; its texts are valid until the next. */
struct changes_line {
    bool is_conflict;
    const char *path;
    char kind; /* of a change: + ~ - > */
    uint64_t size_bytes;
    const char *conflict, *winner, *kept; /* of a conflict */
};

/*
 * Open the report of a run in the state folder, at byte `at`: 0 or where a
 * line began; beyond the end there are no more lines.  Returns 0; -ENOENT when
 * there is none (any more), or -errno.
 */
int changes_open(struct changes *c, int state_fd, uint64_t run, uint64_t at);

#define CHANGES_END 1

/*
 * Read the next line that makes sense.  Returns 0 with *out and c->at set;
 * CHANGES_END; or -errno.
 */
int changes_next(struct changes *c, struct changes_line *out);

/* {0} is fine. */
void changes_close(struct changes *c);

#endif
