/*
 * handlers.h - the requests that become streams.  routes.h says who gets here.
 *
 * Every handler returns the status of its answer: 200 and 101 are sent by the
 * stream thread, all others before they return.
 */
#ifndef GATEWAY_STREAM_HANDLERS_H
#define GATEWAY_STREAM_HANDLERS_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/* GET /v1/events */
int stream_events(struct service *s, struct request *r);

/* GET /ws */
int stream_socket(struct service *s, struct request *r);

#endif
