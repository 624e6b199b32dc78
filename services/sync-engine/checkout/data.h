/*
 * data.h - the data directory of a workspace, opened.
 */
#ifndef SERVICES_SYNC_ENGINE_CHECKOUT_DATA_H
#define SERVICES_SYNC_ENGINE_CHECKOUT_DATA_H

#include "services/sync-engine/repo/problem.h"

struct data {
    int fd;     /* -1: not open */
    char *name; /* its path, for messages */
};

/*
 * Returns 0, or a negative value with *p filled (PROBLEM_NO_WORKSPACE, ...);
 * data_close() either way.
 */
int data_open(struct data *d, const char *workspace, struct problem *p);

void data_close(struct data *d);

#endif
