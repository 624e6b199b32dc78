/*
 * cause.h - a store's own words, fit for showing: trimmed, and without what
 * looks like a secret.  The engine already leaves secrets out; this is the
 * second lock on the door that leads outside.  Pure.
 */
#ifndef GATEWAY_CAUSE_H
#define GATEWAY_CAUSE_H

#include <stddef.h>

/*
 * Copy why to out (cap bytes, at least as many as why has with its NUL).
 * User and password of a URL, and the values of assignments and parameters
 * whose names speak of secrets, become "***".
 */
void cause_clean(char *out, size_t cap, const char *why);

#endif
