/*
 * args.h - arguments of SiYuan's calls: the body's first JSON value, checked
 * as its kernel checks it, with the same texts.  Pure, but for jansson's
 * memory.
 */
#ifndef GATEWAY_SIYUAN_ARGS_H
#define GATEWAY_SIYUAN_ARGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define ARGS_MSG_MAX 384

enum args_type {
    ARGS_STRING,
    ARGS_NUMBER,
    ARGS_BOOLEAN,
    ARGS_ARRAY,
    ARGS_OBJECT,
};

/* One argument; of a list, the first that is wrong is told. */
struct args_field {
    const char *key;
    enum args_type type;
    bool is_required; /* else absent or null means the default */
    bool is_filled;   /* not blank, not without elements */
};

/*
 * Read a body; path is named in the message.  "null" is no arguments, as {}.
 *
 * Returns 0 and *out, an object for json_decref(); -EINVAL and msg says what
 * is wrong; or -ENOMEM.
 */
int args_parse(json_t **out, char msg[ARGS_MSG_MAX], const char *path,
               const char *body, size_t len);

/* 0, or -EINVAL and msg names the first field that is wrong. */
int args_check(char msg[ARGS_MSG_MAX], const json_t *args,
               const struct args_field *fields, size_t count);

/* A checked boolean, or what it is when absent. */
bool args_bool(const json_t *args, const char *key, bool absent);

#endif
