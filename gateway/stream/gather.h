/*
 * gather.h - look what changed in the mirror, and make events of it: once per
 * change, however many read them.
 *
 * The mirror's lock is held to copy engines, never to render one.
 *
 * Threads: one.
 */
#ifndef GATEWAY_STREAM_GATHER_H
#define GATEWAY_STREAM_GATHER_H

#include "gateway/stream/events.h"
#include "proto/code.h"
#include "services/bus-client/mirror.h"

struct gather;

/* Returns 0 and *out, which goes to gather_free(); or -ENOMEM. */
int gather_new(struct gather **out, struct mirror *m, enum lang lang);
void gather_free(struct gather *g);

/*
 * Put what changed since the last call into c.  A hub that went away or came
 * back is a beat; engines that are forgotten are swept (c->sweeps).  Returns 0
 * or -ENOMEM: then something is missing until its next change.
 */
int gather_run(struct gather *g, struct events *c);

#endif
