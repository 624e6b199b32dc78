/*
 * call.h - what SiYuan's calls with arguments have in common: the body read
 * and checked, the engine found, a command given.  What goes wrong is answered
 * here.
 *
 * All of them return 0, or the status of the answer that was sent: then the
 * request is done with.
 */
#ifndef GATEWAY_SIYUAN_CALL_H
#define GATEWAY_SIYUAN_CALL_H

#include "gateway/http/request.h"
#include "gateway/service.h"
#include "gateway/siyuan/args.h"

/* The arguments, checked: *out goes to json_decref(). */
int call_read(struct request *r, json_t **out, const struct args_field *fields,
              size_t count);

/*
 * The engine that is meant: "engine" of args (NULL: there are none), or of the
 * query, or the one that getSyncInfo describes.
 */
int call_find_engine(struct service *s, struct request *r, const json_t *args,
                     char id[TOPIC_ID_MAX]);

/* Give the command, and its reply on the heap: *out goes to free(). */
int call_command(struct service *s, struct request *r, const char *engine,
                 const struct command *command, struct reply **out);

/* Say in the configured language why an engine did not do it. */
int call_refused(struct service *s, struct request *r,
                 const struct reply *reply);

#endif
