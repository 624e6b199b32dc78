/*
 * families.h - every family about engines and the bus, as a function of a
 * harvest.  The families of HTTP itself are requests.h.  Pure.
 */
#ifndef GATEWAY_METRICS_FAMILIES_H
#define GATEWAY_METRICS_FAMILIES_H

#include "gateway/metrics/exposition.h"
#include "gateway/metrics/harvest.h"

#define FAMILIES_ENGINE_SIZE 3072 /* bytes of one engine's samples, about */

void families_put(struct exposition *x, const struct harvest *h);

#endif
