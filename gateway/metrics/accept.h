/*
 * accept.h - which of the two formats a scraper asks for (RFC 9110, 12.5.1).
 * Pure.
 */
#ifndef GATEWAY_METRICS_ACCEPT_H
#define GATEWAY_METRICS_ACCEPT_H

#include "gateway/metrics/exposition.h"

/*
 * The format for this Accept field; NULL: there was none.  OpenMetrics only
 * when it is named, in version 1.0.0 or none, and nothing else is preferred;
 * whatever is not understood gets text.
 */
enum exposition_format accept_format(const char *accept);

#endif
