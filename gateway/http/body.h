/*
 * body.h - what a JSON request body asks for.  Pure.
 *
 * jansson recurses with the depth of its input, on a worker's small stack:
 * body_is_shallow() looks first.
 */
#ifndef GATEWAY_HTTP_BODY_H
#define GATEWAY_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#define BODY_DEPTH_MAX 16

/* Are brackets nested at most BODY_DEPTH_MAX deep? */
bool body_is_shallow(const char *body, size_t len);

/* Outcomes of body_engine() beyond 0. */
#define BODY_NO_ENGINE  1 /* no JSON object, or no such key in it */
#define BODY_WRONG_TYPE 2 /* it is no string */

/*
 * The value of "engine" in the first JSON value of body, to out; too long for
 * cap, it is cut.  Returns 0, or one of the outcomes and leaves *out alone.
 */
int body_engine(char *out, size_t cap, const char *body, size_t len);

#endif
