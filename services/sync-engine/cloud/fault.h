/*
 * fault.h - why something failed: one code of the product's list and a cause
 * that names the thing, ready to be shown to a person.
 *
 * Functions that can fail for the user's sake take a struct fault and fill it
 * whenever they return a negative value; nobody logs on the way up, the run
 * reports it once.  Threads: a fault belongs to its caller.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_FAULT_H
#define SERVICES_SYNC_ENGINE_CLOUD_FAULT_H

#include "proto/code.h"

#define FAULT_CAUSE_MAX 201 /* bytes of a cause, with the NUL */

struct fault {
    enum code code; /* CODE_OK: nothing failed */
    char cause[FAULT_CAUSE_MAX];
};

/* Fill f; a cause that is too long is cut.  Returns -EIO. */
int fault_set(struct fault *f, enum code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Fill f from a failed system call: the code that fits rc (-errno), the cause
 * "<text>: <what the system says>".  Returns rc.
 */
int fault_errno(struct fault *f, int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The code for a failed call on a disk: -ENOSPC is CODE_DISK_FULL, ... */
enum code fault_code(int rc);

#endif
