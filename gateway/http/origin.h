/*
 * origin.h - does a request come from a page of this very gateway?  Pure.
 */
#ifndef GATEWAY_HTTP_ORIGIN_H
#define GATEWAY_HTTP_ORIGIN_H

#include <stdbool.h>

/*
 * Is the origin ("https://sync.example:8443", as browsers send it) on the host
 * that was asked ("sync.example:8443", as in Host)?  "null", other schemes
 * than http and https, and a missing host are not.
 */
bool origin_is_of(const char *origin, const char *host);

#endif
