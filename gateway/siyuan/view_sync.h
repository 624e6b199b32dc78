/*
 * view_sync.h - how an engine's sync goes, as fields of a JSON object:
 * getSyncInfo and the routes for programs say it with the same ones.  Pure.
 */
#ifndef GATEWAY_SIYUAN_VIEW_SYNC_H
#define GATEWAY_SIYUAN_VIEW_SYNC_H

#include "gateway/http/json_out.h"
#include "gateway/siyuan/slots.h"
#include "proto/code.h"
#include "services/bus-client/copy.h"

/* The five documented fields, "providerName" to "progress". */
void view_sync_documented(struct json_out *w, const struct copy_engine *e,
                          enum lang lang, struct slots *slots);

/* The value of "progress" while nothing runs. */
void view_sync_resting(struct json_out *w, enum copy_shown shown,
                       enum lang lang);

/* The share done of the whole run, in percent; null when not known. */
void view_sync_overall(struct json_out *w, const struct copy_engine *e);

/* "nextRunAt" and "failuresInARow". */
void view_sync_next(struct json_out *w, const struct state *s);

#endif
