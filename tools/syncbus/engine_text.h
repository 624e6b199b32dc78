/*
 * engine_text.h - what is known of one engine, in words for a terminal.  All
 * texts are safe (text.h).  Pure.
 */
#ifndef TOOLS_SYNCBUS_ENGINE_TEXT_H
#define TOOLS_SYNCBUS_ENGINE_TEXT_H

#include "services/bus-client/copy.h"

#define ENGINE_TEXT_MAX 2048

/* "syncing"; a second engine with its id: "idle, duplicate". */
void engine_text_state(char out[ENGINE_TEXT_MAX], const struct copy_engine *e);

/* "send chunks 12/40", or of bytes; "" outside a run. */
void engine_text_phase(char out[ENGINE_TEXT_MAX], const struct copy_engine *e);

/* "57% send chunks 12/40"; "" outside a run. */
void engine_text_progress(char out[ENGINE_TEXT_MAX],
                          const struct copy_engine *e);

/* When the next run is due: "in 20 s", "due", "-" when none is planned. */
void engine_text_next(char out[ENGINE_TEXT_MAX], const struct copy_engine *e,
                      uint64_t wall_ms);

/* The error its last run ended with, NULL when that was well. */
const struct code_info *engine_text_error(const struct copy_engine *e);

/*
 * "auth: The store refused ... (its own words). Check ..."; "" when the last
 * run was well.
 */
void engine_text_remedy(char out[ENGINE_TEXT_MAX], const struct copy_engine *e);

/* One run that ended: "ok, sent 3 files (9.4 KiB), received ..., 2.2 s". */
void engine_text_run(char out[ENGINE_TEXT_MAX], const struct state_last *run);

#endif
