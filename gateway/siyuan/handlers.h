/*
 * handlers.h - what each route does.  Every handler answers its request and
 * returns the status it sent; routes.h says who gets here at all.
 */
#ifndef GATEWAY_SIYUAN_HANDLERS_H
#define GATEWAY_SIYUAN_HANDLERS_H

#include "gateway/http/request.h"
#include "gateway/service.h"

int handlers_sync_info(struct service *s, struct request *r);

/* Calls that would configure an engine: not from here. */
int handlers_configuration(struct service *s, struct request *r);

int handlers_healthz(struct service *s, struct request *r);
int handlers_readyz(struct service *s, struct request *r);

#endif
