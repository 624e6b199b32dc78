/*
 * refusal.h - how a request is turned away, in the form its caller knows:
 * SiYuan's for its calls, problems (v1/problem.h) for the routes of programs.
 *
 * All of them answer the request and return the status they sent.
 */
#ifndef GATEWAY_REFUSAL_H
#define GATEWAY_REFUSAL_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/*
 * Nobody knows who this is.  A browser that opens a page is sent to
 * /check-auth, as SiYuan does; one whose script asks is told.
 */
int refusal_unauthorized(struct service *s, struct request *r,
                         enum auth_verdict verdict);

/* Too many failed logins: shut out for so many seconds. */
int refusal_too_many(struct service *s, struct request *r, unsigned wait);

/* A reader wants to act. */
int refusal_read_only(struct service *s, struct request *r);

int refusal_bad_parameter(struct service *s, struct request *r);
int refusal_too_large(struct service *s, struct request *r);
int refusal_not_found(struct request *r);

#endif
