/*
 * view_run.h - the last finished run of an engine, in getSyncInfo.  Pure.
 */
#ifndef GATEWAY_SIYUAN_VIEW_RUN_H
#define GATEWAY_SIYUAN_VIEW_RUN_H

#include "gateway/http/json_out.h"
#include "proto/code.h"
#include "proto/state.h"

/* "lastRun": null or an object. */
void view_run_last(struct json_out *w, const struct state *s);

/* "lastError": null unless the last run failed. */
void view_run_error(struct json_out *w, const struct state *s, enum lang lang);

#endif
