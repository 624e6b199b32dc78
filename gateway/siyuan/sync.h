/*
 * sync.h - SiYuan's calls that make an engine do something.
 *
 * performSync answers when the run that covers it has ended, well or not, and
 * says code 0 in both cases, as SiYuan does: its clients then ask getSyncInfo.
 * Who names `wait`, which SiYuan does not know, gets more in `data`: the run's
 * number at once (false), or how it ended (true).
 */
#ifndef GATEWAY_SIYUAN_SYNC_H
#define GATEWAY_SIYUAN_SYNC_H

#include "gateway/http/request.h"
#include "gateway/service.h"

#define SYNC_WAIT_MS UINT64_C(3600000) /* then the answer says "still" */

int sync_perform(struct service *s, struct request *r);

/* performBootSync, getBootSync: boot.h. */
int sync_perform_boot(struct service *s, struct request *r);
int sync_get_boot(struct service *s, struct request *r);

int sync_set_enable(struct service *s, struct request *r);

#endif
