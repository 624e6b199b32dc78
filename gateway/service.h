/*
 * service.h - what every handler needs.  Set up once, before the server
 * starts; then read by all its threads.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/http/auth.h"
#include "gateway/http/lockout.h"
#include "gateway/http/request.h"
#include "gateway/siyuan/answers.h"
#include "proto/code.h"
#include "services/bus-client/mirror.h"

struct service {
    struct mirror *mirror;
    struct answers *answers;
    struct auth_secrets secrets; /* texts belong to the options */
    struct request_proxies proxies;
    struct lockout lockout;
    enum lang lang;
};

#endif
