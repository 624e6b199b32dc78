/*
 * view.h - getSyncInfo as JSON: a function of the copy.
 *
 * What changes with every millisecond is not part of a rendered answer: it has
 * slots there (slots.h).
 *
 * Threads: pure.
 */
#ifndef GATEWAY_SIYUAN_VIEW_H
#define GATEWAY_SIYUAN_VIEW_H

#include "gateway/http/json_out.h"
#include "gateway/siyuan/slots.h"
#include "proto/code.h"
#include "services/bus-client/copy.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The list `engines`, its elements with their commas: part of every answer,
 * so render it once for all of them.
 */
void view_engines(struct json_out *w, const struct copy *c);

/*
 * "kernels": the other live engines of the same repository; none when e is
 * NULL.
 */
void view_kernels(struct json_out *w, const struct copy *c,
                  const struct copy_engine *e);

struct view_parts {
    const struct copy *copy;
    const char *engines; /* what view_engines() wrote */
    size_t engines_len;
    enum lang lang;
};

/* The answer about e.  *slots is filled. */
void view_engine(struct json_out *w, const struct view_parts *p,
                 const struct copy_engine *e, struct slots *slots);

/* The answer when there is no engine to describe: code 1 and msg. */
void view_nothing(struct json_out *w, const struct view_parts *p,
                  const char *msg, struct slots *slots);

/* {"code":..,"msg":..,"data":null} */
void view_plain(struct json_out *w, int code, const char *msg);

#endif
