/*
 * engines.h - GET /v1/engines and /v1/engines/{id}: what every engine does,
 * from the gateway's own copy.  Handlers of routes.h.
 */
#ifndef GATEWAY_V1_ENGINES_H
#define GATEWAY_V1_ENGINES_H

#include "gateway/http/request.h"
#include "gateway/service.h"
#include "gateway/v1/problem.h"

int engines_list(struct service *s, struct request *r);
int engines_one(struct service *s, struct request *r);

/*
 * Why the engine of that id cannot be asked anything: PROBLEM_NONE,
 * PROBLEM_UNKNOWN_ENGINE, PROBLEM_NO_SNAPSHOT or PROBLEM_BUS_DOWN.
 */
enum problem_kind engines_look(struct service *s, const char *id);

#endif
