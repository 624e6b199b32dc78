/*
 * upload.h - send a list of objects from the repository to the store, several
 * at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_UPLOAD_H
#define SERVICES_SYNC_ENGINE_RUN_UPLOAD_H

#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/run/plan.h"

struct upload_options {
    struct store *store;
    int repo_dir;     /* objects are the files at their keys below it */
    unsigned workers; /* 1: the calling thread alone */
    int (*should_stop)(void *ctx, struct fault *f); /* negative: stop */
    /* An object is in the store; called by any worker. */
    void (*on_sent)(void *ctx, const struct plan_object *object);
    void *ctx;
};

struct upload_count {
    uint64_t objects, bytes; /* really sent: not those that were there */
};

/*
 * Send all of list; objects the store has already are success.
 *
 * Returns 0 when every object is in the store, or the first failure with *f
 * filled and no worker running any more.  *sent is right in both cases.
 */
int upload_send(const struct upload_options *opt, const struct plan_list *list,
                struct upload_count *sent, struct fault *f);

#endif
