/*
 * run_steps.h - the steps of a run by file, and what they lend each other;
 * private to run*.c, part of run_state.h.
 *
 * What a step returns is told there.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_RUN_STEPS_H
#define SERVICES_SYNC_ENGINE_RUN_RUN_STEPS_H

#include "services/sync-engine/run/fetch.h"

#include <stdint.h>

struct run;

/* run_look.c: before anything is changed, but for the lock. */
int run_snapshot_again(struct run *r); /* also SNAPSHOT_UNCHANGED, _NONE */
int run_make_snapshot(struct run *r);
int run_preflight(struct run *r);
int run_take_lock(struct run *r);
int run_compare(struct run *r);
int run_check_room(struct run *r);

/* run_send.c: all of it under the lock. */
int run_make_plan(struct run *r);
int run_measure_plan(struct run *r); /* r->plan is made */
int run_send_chunks(struct run *r);
int run_send_files(struct run *r);
int run_flush(struct run *r);
int run_send_index(struct run *r);
int run_send_latest(struct run *r);
int run_send_entry(struct run *r);
int run_set_base(struct run *r);

/* run_differ.c: what is left to look at. */
int run_differ(struct run *r);
int run_list_base(struct run *r); /* merge.base_files */

/* run_agree.c: one id, one content?  Else RUN_AGAIN. */
int run_agree(struct run *r);

/* run_mend.c: r->opt->mend. */
int run_mend_latest(struct run *r, int rc); /* rc of reading the store's */
int run_mend_plan(struct run *r);

/* run_fetch.c: what the store has. */
int run_fetch_files(struct run *r);
int run_fetch_chunks(struct run *r);
int run_fetch_listed_chunks(struct run *r); /* merge.missing, then empty */
struct fetch_options run_fetch_options(struct run *r); /* without on_fetched */

/* run_merge.c: what becomes of it. */
int run_merge(struct run *r);
int run_guard(const struct run *r); /* too many removes? */

/* run_write.c: the workspace. */
int run_sweep(struct run *r);
int run_keep(struct run *r);
uint64_t run_checkout_units(const struct run *r);
int run_checkout(struct run *r);
int run_add_conflict_docs(struct run *r);

/* run_settle.c: what is the latest snapshot now. */
int run_make_merged(struct run *r);
int run_plan_merged(struct run *r);
int run_set_latest(struct run *r);

/* run_tell.c: a dry run. */
int run_fetch_ignore(struct run *r);
int run_tell(struct run *r);

#endif
