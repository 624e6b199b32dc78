/*
 * forward.h - a problem of repo/ or checkout/ as the fault of a run.
 *
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_FORWARD_H
#define SERVICES_SYNC_ENGINE_RUN_FORWARD_H

#include "services/sync-engine/cloud/fault.h"
#include "services/sync-engine/repo/problem.h"

/* Fill f with the code that fits p, and p's words.  Returns rc. */
int forward_problem(struct fault *f, int rc, const struct problem *p);

#endif
