/*
 * local.h - a store in a folder: a disk, a network mount, a synced folder.
 *
 * Every object is written to "<name><7 random characters>.tmp" and renamed:
 * other devices share the folder and never see half an object.  Objects are
 * copied, never hard-linked: a kernel may truncate what it finds in place.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_LOCAL_H
#define SERVICES_SYNC_ENGINE_CLOUD_LOCAL_H

#include "services/sync-engine/cloud/store.h"

struct local_options {
    const char *path;   /* the endpoint: an existing folder */
    const char *name;   /* cloud directory below it; made by the first put */
    const char *device; /* our device id: marks our temporary names */
};

/*
 * Open the store; opt is not kept.
 *
 * Returns 0 and sets *out, which the caller gives to store_close(); or a
 * negative value with *f filled (CODE_CONFIG: no such folder, a bad name) and
 * *out NULL.
 */
int local_open(struct store **out, const struct local_options *opt,
               struct fault *f);

#endif
