/*
 * code.h - the one list of the error codes of a run, with what each means and
 * what to do about it, in both languages of the product.
 */
#ifndef PROTO_CODE_H
#define PROTO_CODE_H

#include <stdbool.h>
#include <stddef.h>

#define CODE_TOKEN_MAX 33 /* bytes, including the NUL */

enum code {
    CODE_OK, /* token "" */
    CODE_AUTH,
    CODE_FORBIDDEN,
    CODE_NOT_FOUND,
    CODE_LOCKED,
    CODE_LOCK_FAILED,
    CODE_KEY_MISMATCH,
    CODE_REPO_DAMAGED,
    CODE_CLOCK_SKEW,
    CODE_UNAVAILABLE,
    CODE_RATE_LIMITED,
    CODE_TIMEOUT,
    CODE_NETWORK,
    CODE_TLS,
    CODE_QUOTA,
    CODE_DISK_FULL,
    CODE_PERMISSION,
    CODE_BUSY_FILE,
    CODE_EMPTY_WORKSPACE,
    CODE_MASS_DELETE,
    CODE_UNSAFE_PATH,
    CODE_INTERRUPTED,
    CODE_CANCELLED,
    CODE_CONFIG,
    CODE_INTERNAL,
    CODE_COUNT,
};

enum lang {
    LANG_EN,
    LANG_ZH_CN,
    LANG_COUNT,
};

struct code_info {
    const char *token;
    bool retryable; /* the same run may succeed later by itself */
    const char *text[LANG_COUNT];
    const char *remedy[LANG_COUNT];
};

/* Never NULL; valid for the life of the process. */
const struct code_info *code_info(enum code code);

/* The code of a token; CODE_INTERNAL when it is not in the list. */
enum code code_find(const char *token);

/*
 * Where the token stands in a list of count codes; at the last one, which is
 * "internal", when it is not in it.
 */
size_t code_find_in(const struct code_info *list, size_t count,
                    const char *token);

/* "en" or "zh-CN" (also en_US, zh_CN).  Returns 0, or -EINVAL. */
int lang_parse(enum lang *out, const char *name);

#endif
