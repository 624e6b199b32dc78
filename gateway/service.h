/*
 * service.h - what every handler needs.  Set up once, before the server
 * starts; then read by all its threads.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/calls.h"
#include "gateway/http/auth.h"
#include "gateway/http/lockout.h"
#include "gateway/http/request.h"
#include "gateway/http/session.h"
#include "gateway/siyuan/answers.h"
#include "proto/code.h"
#include "services/bus-client/mirror.h"

#include <stdatomic.h>

struct requests;

/* Streams open now; those who serve them count up and down. */
struct service_streams {
    atomic_uint sse, websocket;
};

struct streams;

struct service {
    struct mirror *mirror;
    struct answers *answers;
    struct auth_secrets secrets; /* texts belong to the options */
    struct request_proxies proxies;
    struct lockout lockout;
    struct sessions sessions;
    atomic_bool has_booted;    /* bootProgress reached its end */
    struct requests *requests; /* counted by the gate */
    struct service_streams open_streams;
    struct calls calls; /* commands to engines */
    struct streams *streams;
    enum lang lang;
};

#endif
