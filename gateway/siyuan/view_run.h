/*
 * view_run.h - a finished run of an engine, in getSyncInfo and the routes for
 * programs.  Pure.
 */
#ifndef GATEWAY_SIYUAN_VIEW_RUN_H
#define GATEWAY_SIYUAN_VIEW_RUN_H

#include "gateway/http/json_out.h"
#include "proto/code.h"
#include "proto/state.h"

/* A run, as an object; and its members without the brackets. */
void view_run_put(struct json_out *w, const struct state_last *l);
void view_run_members(struct json_out *w, const struct state_last *l);

/* Why it failed, as an object; null when it did not. */
void view_run_put_error(struct json_out *w, const struct state_last *l,
                        enum lang lang);

/* "lastRun": null or an object. */
void view_run_last(struct json_out *w, const struct state *s);

/* "lastError": null unless the last run failed. */
void view_run_error(struct json_out *w, const struct state *s, enum lang lang);

#endif
