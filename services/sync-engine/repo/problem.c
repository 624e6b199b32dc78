#include "services/sync-engine/repo/problem.h"

#include "services/runtime/log.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RAW_MAX  4500 /* a whole path and some words */
#define ESCAPED  4    /* "\xNN" */
#define ELLIPSIS "..."

/* Length of the character at text, or 0 when it must be escaped. */
static size_t
character_len(const unsigned char *text, size_t len)
{
    if (text[0] < 0x20 || text[0] == 0x7f)
        return 0;
    for (size_t n = 1; n <= 4 && n <= len; n++) {
        if (path_is_utf8((const char *)text, n))
            return n;
    }
    return 0;
}

static void
escape(char out[PROBLEM_TEXT_MAX], const char *raw)
{
    size_t len = strlen(raw);
    size_t used = 0;
    size_t cut = 0; /* where an ellipsis still fits */
    size_t i = 0;

    while (i < len) {
        size_t n = character_len((const unsigned char *)raw + i, len - i);
        size_t need = n != 0 ? n : ESCAPED;

        if (used + sizeof ELLIPSIS <= PROBLEM_TEXT_MAX)
            cut = used;
        if (used + need >= PROBLEM_TEXT_MAX) {
            memcpy(out + cut, ELLIPSIS, sizeof ELLIPSIS);
            return;
        }
        if (n != 0) {
            memcpy(out + used, raw + i, n);
        } else {
            (void)snprintf(out + used, ESCAPED + 1, "\\x%02x",
                           (unsigned char)raw[i]);
        }
        used += need;
        i += n != 0 ? n : 1;
    }
    out[used] = '\0';
}

static void
fill(struct problem *p, enum problem_kind kind, const char *raw)
{
    p->kind = kind;
    escape(p->text, raw);
    if (kind != PROBLEM_CANCELLED)
        log_line(LOG_ERROR, "%s", p->text);
}

int
problem_set(struct problem *p, enum problem_kind kind, const char *format, ...)
{
    char raw[RAW_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    fill(p, kind, raw);
    return -EIO;
}

static enum problem_kind
kind_of(int rc)
{
    switch (-rc) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PROBLEM_DISK_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return PROBLEM_PERMISSION;
    default:
        return PROBLEM_SYSTEM;
    }
}

static int
fill_errno(struct problem *p, enum problem_kind kind, int rc, char raw[RAW_MAX])
{
    char why[128];
    size_t len = strlen(raw);

    (void)snprintf(raw + len, RAW_MAX - len, ": %s",
                   strerror_r(-rc, why, sizeof why));
    fill(p, kind, raw);
    return rc;
}

int
problem_errno(struct problem *p, int rc, const char *format, ...)
{
    char raw[RAW_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    return fill_errno(p, kind_of(rc), rc, raw);
}

int
problem_unreadable(struct problem *p, int rc, const char *format, ...)
{
    char raw[RAW_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    return fill_errno(p, PROBLEM_UNREADABLE, rc, raw);
}
