/*
 * cancel.h - "stop at the next safe point": a flag for workers to look at and
 * a descriptor for those who wait.
 *
 * Threads: set and ask from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_CANCEL_H
#define SERVICES_SYNC_ENGINE_RUN_CANCEL_H

#include <stdatomic.h>

struct cancel {
    atomic_bool set;
    int fd; /* an eventfd, readable once set; -1: nothing */
};

/* Returns 0, or -errno. */
int cancel_init(struct cancel *c);
void cancel_clear(struct cancel *c);

void cancel_set(struct cancel *c);

/* Take it back: nobody is to stop any more. */
void cancel_reset(struct cancel *c);

/* Sleep for ms.  Returns 0, or -ECANCELED as soon as c is set. */
int cancel_wait(const struct cancel *c, unsigned ms);

#endif
