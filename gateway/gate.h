/*
 * gate.h - everything that happens to a request before its handler: OPTIONS,
 * routing, redirects, throttle, who may call, size of the body.
 */
#ifndef GATEWAY_GATE_H
#define GATEWAY_GATE_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/* Answer the request, whatever it is.  Returns the status that was sent. */
int gate_serve(struct service *s, struct request *r);

#endif
