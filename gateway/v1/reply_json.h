/*
 * reply_json.h - what an engine answered, as JSON for programs: pages of its
 * runs, of the files of a run, of conflicts.  Each page is an object with
 * "engine", its rows, and "next": the `after` of the next page, or null.
 *
 * Threads: pure.
 */
#ifndef GATEWAY_V1_REPLY_JSON_H
#define GATEWAY_V1_REPLY_JSON_H

#include "gateway/http/json_out.h"
#include "proto/reply.h"

struct reply_json {
    const char *engine;
    const struct reply *reply; /* ok, with the rows that were asked for */
    uint64_t run;              /* whose changes they are */
    enum lang lang;
};

/* Newest first: the members of lastRun, and "error" as lastError. */
void reply_json_runs(struct json_out *w, const struct reply_json *page);

/* "kind": added, changed, removed (here), sent. */
void reply_json_changes(struct json_out *w, const struct reply_json *page);

/* "kept": the losing version's copy; null when none was kept. */
void reply_json_conflicts(struct json_out *w, const struct reply_json *page);

#endif
