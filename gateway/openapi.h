/*
 * openapi.h - GET /openapi.json: the document openapi.json, which describes
 * every row of routes.h.
 */
#ifndef GATEWAY_OPENAPI_H
#define GATEWAY_OPENAPI_H

#include "gateway/http/request.h"
#include "gateway/service.h"

#include <stddef.h>

/* The document as it stands in the tree (syncbus_embed). */
extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;

int openapi_send(struct service *s, struct request *r);

#endif
