/*
 * service.h - what every handler needs.  Set up once, before the server
 * starts; then read by all its threads.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/answers.h"
#include "gateway/auth.h"
#include "gateway/lockout.h"
#include "gateway/request.h"
#include "proto/code.h"

struct service {
    struct answers *answers;
    struct auth_secrets secrets; /* texts belong to the options */
    struct request_proxies proxies;
    struct lockout lockout;
    enum lang lang;
};

#endif
