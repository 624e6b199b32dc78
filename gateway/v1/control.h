/*
 * control.h - POST /v1/engines/{id}/sync, cancel, enable, disable.  Handlers
 * of routes.h.
 */
#ifndef GATEWAY_V1_CONTROL_H
#define GATEWAY_V1_CONTROL_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/*
 * 202 and the number of the run that covers the request; with "wait", 200 and
 * how it ended, or 202 when that is not known within CONTROL_WAIT_MS.
 */
#define CONTROL_WAIT_MS 600000
int control_sync(struct service *s, struct request *r);

int control_cancel(struct service *s, struct request *r);
int control_enable(struct service *s, struct request *r);
int control_disable(struct service *s, struct request *r);

#endif
