/*
 * history.h - GET /v1/engines/{id}/runs, .../runs/{run}/changes and
 * .../conflicts: the engine itself is asked.  Handlers of routes.h.
 */
#ifndef GATEWAY_V1_HISTORY_H
#define GATEWAY_V1_HISTORY_H

#include "gateway/http/request.h"
#include "gateway/service.h"

int history_runs(struct service *s, struct request *r);
int history_changes(struct service *s, struct request *r);
int history_conflicts(struct service *s, struct request *r);

#endif
