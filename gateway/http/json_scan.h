/*
 * json_scan.h - where the first JSON value of a body ends, and else what is
 * wrong with it, in the words that SiYuan's clients know (those of Go's
 * encoding/json).  Pure; no recursion, whatever comes.
 */
#ifndef GATEWAY_HTTP_JSON_SCAN_H
#define GATEWAY_HTTP_JSON_SCAN_H

#include <stddef.h>

#define JSON_SCAN_WHY_MAX   128
#define JSON_SCAN_DEPTH_MAX 16

/*
 * Returns the length of the value with the blanks before it; what follows is
 * not looked at.  Or -EINVAL and a text in why.
 */
int json_scan(const char *text, size_t len, char why[JSON_SCAN_WHY_MAX]);

#endif
