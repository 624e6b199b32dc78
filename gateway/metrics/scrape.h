/*
 * scrape.h - GET /metrics: every family, in the format the scraper asks for.
 */
#ifndef GATEWAY_METRICS_SCRAPE_H
#define GATEWAY_METRICS_SCRAPE_H

#include "gateway/http/request.h"
#include "gateway/service.h"

/* A handler, see routes.h. */
int scrape_metrics(struct service *s, struct request *r);

#endif
