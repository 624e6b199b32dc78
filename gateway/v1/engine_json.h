/*
 * engine_json.h - one engine as a JSON object for programs: an element of
 * GET /v1/engines, and what the streams send when it changes.  Names and
 * texts are those of getSyncInfo.
 *
 * Threads: pure.
 */
#ifndef GATEWAY_V1_ENGINE_JSON_H
#define GATEWAY_V1_ENGINE_JSON_H

#include "gateway/http/json_out.h"
#include "gateway/siyuan/slots.h"
#include "proto/code.h"
#include "services/bus-client/copy.h"

#define ENGINE_JSON_MAX 16384 /* bytes; no object is longer */

/*
 * Write the object; ages are those of the moment now.  e may be a copy made
 * under the mirror's lock.
 */
void engine_json_put(struct json_out *w, const struct copy_engine *e,
                     const struct slots_now *now, enum lang lang);

/* The same members without the brackets: more may follow. */
void engine_json_members(struct json_out *w, const struct copy_engine *e,
                         const struct slots_now *now, enum lang lang);

#endif
