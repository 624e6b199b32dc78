/*
 * row_json.h - one engine, one run, as JSON for programs; the names are
 * those of getSyncInfo and of the gateway's /v1.  Pure.
 */
#ifndef TOOLS_SYNCBUS_ROW_JSON_H
#define TOOLS_SYNCBUS_ROW_JSON_H

#include "services/bus-client/copy.h"

#include <jansson.h>

/* All of these return a new reference, NULL when out of memory. */
json_t *row_json_engine(const struct copy_engine *e, uint64_t now_ms);

json_t *row_json_run(const struct state_last *run);

/* What the run failed with; null when it did not. */
json_t *row_json_error(const struct state_last *last);

/* A text that may hold anything a peer managed to send. */
json_t *row_json_text(const char *text);

#endif
