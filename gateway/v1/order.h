/*
 * order.h - one command to one engine on behalf of a request: from the path's
 * engine to a reply that is ok, or the problem that was sent instead.
 */
#ifndef GATEWAY_V1_ORDER_H
#define GATEWAY_V1_ORDER_H

#include "gateway/http/json_out.h"
#include "gateway/http/request.h"
#include "gateway/service.h"
#include "gateway/v1/problem.h"

struct order {
    struct service *service;
    struct request *request; /* its first parameter is the engine's id */
    struct command command;
    enum reply_rows rows;        /* that the reply must have */
    enum problem_kind not_found; /* better words than those of the reply */
    struct reply *reply;         /* order_clear() */
    struct json_out out; /* likewise; on the heap, begun by order_give() */
};

/*
 * Give the order and wait for the reply.
 *
 * Returns 0 and sets the reply; or the HTTP status of the problem that was
 * sent: then the request is done with.  Either way, order_clear().
 */
int order_give(struct order *o);

/* Send what stands in o->out. */
int order_answer(struct order *o, int status);

void order_clear(struct order *o);

#endif
