#include "services/sync-engine/cloud/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
fault_set(struct fault *f, enum code code, const char *format, ...)
{
    va_list args;

    f->code = code;
    va_start(args, format);
    (void)vsnprintf(f->cause, sizeof f->cause, format, args);
    va_end(args);
    return -EIO;
}

enum code
fault_code(int rc)
{
    switch (-rc) {
    case ENOSPC:
        return CODE_DISK_FULL;
    case EDQUOT:
    case EFBIG:
        return CODE_QUOTA;
    case EACCES:
    case EPERM:
    case EROFS:
        return CODE_PERMISSION;
    case ETXTBSY:
    case EBUSY:
        return CODE_BUSY_FILE;
    case ETIMEDOUT:
        return CODE_TIMEOUT;
    case ENOENT:
    case EIO:
    case ESTALE:
    case ENOTCONN:
    case EHOSTDOWN:
    case ENODEV:
    case ENXIO:
        return CODE_UNAVAILABLE;
    case ECANCELED:
        return CODE_CANCELLED;
    default:
        return CODE_INTERNAL;
    }
}

int
fault_errno(struct fault *f, int rc, const char *format, ...)
{
    char reason[96];
    va_list args;
    size_t used;
    int n;

    f->code = fault_code(rc);
    va_start(args, format);
    n = vsnprintf(f->cause, sizeof f->cause, format, args);
    va_end(args);
    used = n < 0 ? 0 : (size_t)n;
    if (used < sizeof f->cause) {
        (void)snprintf(f->cause + used, sizeof f->cause - used, ": %s",
                       strerror_r(-rc, reason, sizeof reason));
    }
    return rc;
}
