/*
 * log_rows.h - rows of an engine's replies, for people and for programs.
 */
#ifndef TOOLS_SYNCBUS_LOG_ROWS_H
#define TOOLS_SYNCBUS_LOG_ROWS_H

#include "proto/reply.h"
#include "tools/syncbus/table.h"

#include <jansson.h>

struct log_rows {
    json_t *json;       /* all rows; NULL: for people */
    struct table table; /* of runs */
    FILE *to;           /* where changes and conflicts go at once */
};

/* as_json: or for people, on `to`.  Returns 0, or -ENOMEM. */
int log_rows_init(struct log_rows *l, FILE *to, bool as_json);
void log_rows_clear(struct log_rows *l);

/* Add the i-th row of the page.  Returns 0, or -ENOMEM. */
int log_rows_add(struct log_rows *l, const struct reply *r, size_t i);

#endif
