/*
 * operator_state.h - what an operator consists of: shared by operator.c (the
 * side of callers) and operator_loop.c (the thread), and nobody else.
 */
#ifndef SERVICES_BUS_CLIENT_OPERATOR_STATE_H
#define SERVICES_BUS_CLIENT_OPERATOR_STATE_H

#include "services/bus-client/operator.h"
#include "services/bus-client/pending.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call {
    struct pending_call pending; /* first: the list knows only this */
    const char *engine;
    unsigned char map[COMMAND_WIRE_MAX];
    size_t len;
    struct reply *out;
    pthread_cond_t done;
    bool is_done;
    int rc;
};

struct operator_port {
    struct operator_options opt;
    pthread_t thread;
    bool has_thread, has_lock;
    int wake_fd; /* eventfd: a new call, or the end */
    void *context, *socket;
    uint64_t heard_at_ms, open_at_ms; /* of the socket */
    unsigned long long broken_at_ms, unreadable_at_ms;
    pthread_mutex_t lock;
    /* Behind the lock: */
    struct pending pending;
    bool is_stopping;
    unsigned callers;
    pthread_cond_t nobody;
};

/* The thread: serves calls until is_stopping, then ends them all. */
void *operator_loop(void *self);

#endif
