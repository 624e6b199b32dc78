/*
 * assets.h - the files of the dashboard, as they are in the program.
 *
 * Threads: any; nothing here changes.
 */
#ifndef GATEWAY_DASHBOARD_ASSETS_H
#define GATEWAY_DASHBOARD_ASSETS_H

#include "proto/code.h"

#include <stddef.h>

struct assets_bytes {
    const unsigned char *data;
    size_t len;
};

struct asset {
    const char *name;                /* app.js */
    const char *type;                /* of Content-Type */
    struct assets_bytes plain, gzip; /* gzip.data NULL: only plain */
};

/* Names the content of all of them together: hex digits. */
const char *assets_version(void);

/* The page itself, as a gateway of that language serves it. */
void assets_page(struct asset *out, enum lang lang);

/* A part of the page.  Returns 0 and *out, or -ENOENT. */
int assets_find(struct asset *out, const char *name);

#endif
