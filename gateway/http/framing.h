/*
 * framing.h - can this request be read in one way only?
 *
 * civetweb is lenient: it keeps the first 64 header fields and drops the rest,
 * takes the first of two lengths, and reads "0x2" as 0.  Whoever sits in front
 * of it may read the same bytes otherwise, and then one request hides another
 * (RFC 9112 11.2), or a dropped field hides that a request is not local.  Such
 * a request is refused before anything looks at it.
 *
 * It also stops at a line that is no field, a folded one for example, and
 * nobody can see that afterwards.  Proxies do not pass such lines on.
 *
 * Threads: pure.
 */
#ifndef GATEWAY_HTTP_FRAMING_H
#define GATEWAY_HTTP_FRAMING_H

#include <stdbool.h>

#define FRAMING_FIELDS_MAX 63 /* civetweb drops those behind the 64th */

struct mg_header;

struct framing_fault {
    int status;       /* 0: there is none */
    const char *text; /* what is wrong, behind the status; "" when nothing */
};

/*
 * Look at the count header fields of a request of HTTP/1.1, or of 1.0.
 *
 * Returns what is wrong first; its text is a constant.
 */
struct framing_fault framing_check(const struct mg_header *fields, int count,
                                   bool is_1_1);

#endif
