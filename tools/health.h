/*
 * health.h - is an engine well, judged by what the aggregator says of it?
 *
 * The question of a container's health check: not how a sync went (that is
 * getSyncInfo's answer), but whether the engine is there and moves.  Pure.
 */
#ifndef TOOLS_HEALTH_H
#define TOOLS_HEALTH_H

#include "proto/state.h"
#include "proto/verdict.h"

/* A run without progress for longer is stuck: the bus's own rule. */
#define HEALTH_STALL_MS 60000

/*
 * Say what is wrong with an engine of this state and verdict: a text for
 * people, valid for ever; NULL when it is well.  One that is idle, disabled
 * or failing for a reason it names is well.
 */
const char *health_find_fault(const struct state *s, const struct verdict *v);

#endif
