/*
 * dashboard.h - the dashboard's routes.  They are open to all: the page holds
 * no data, and must be there to ask who wants to see some.
 */
#ifndef GATEWAY_DASHBOARD_DASHBOARD_H
#define GATEWAY_DASHBOARD_DASHBOARD_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/* GET / */
int dashboard_page(struct service *s, struct request *r);

/* GET /dashboard/{version}/{file}: what another version had is not found. */
int dashboard_part(struct service *s, struct request *r);

#endif
