/*
 * pages.h - what an operator asks to see: finished runs, the files of one,
 * conflicts.  Reads files, and takes as long as that takes: not for a thread
 * that has a beat to keep.
 */
#ifndef SERVICES_SYNC_ENGINE_BUS_PAGES_H
#define SERVICES_SYNC_ENGINE_BUS_PAGES_H

#include "proto/command.h"
#include "proto/reply.h"

/*
 * Answer `runs`, `changes` or `conflicts` from the state folder: a page, or a
 * refusal (not-found, or internal after a log line).
 */
void pages_answer(struct reply *out, int state_fd, const struct command *c);

#endif
