/*
 * local_write.h - one object into a folder, completely or not at all: a
 * temporary file next to it, then a rename.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCAL_WRITE_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCAL_WRITE_H

#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/cloud/temp_name.h"

struct local_target {
    int root_fd;
    const char *root; /* its path, for messages */
    const char *key;  /* relative to root_fd; missing folders are made */
    unsigned flags;   /* enum store_put_flag; only STORE_DURABLE matters */
};

/*
 * Write body to the target, replacing what is there.
 *
 * Returns 0; or -errno with *f filled, the target as it was and no temporary
 * file left.
 */
int local_write(const struct local_target *target, struct temp_name *names,
                const struct store_body *body, struct fault *f);

#endif
