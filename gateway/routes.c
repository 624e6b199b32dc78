#include "gateway/routes.h"

#include "gateway/siyuan/handlers.h"

#include <string.h>

#define GET  ROUTES_GET
#define POST ROUTES_POST
#define SYNC "/api/sync/"

/* Sorted by path: routes_find() halves it. */
static const struct route table[] = {
    {SYNC "createCloudSyncDir", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "exportSyncProviderS3", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "exportSyncProviderWebDAV", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "getBootSync", POST, AUTH_ADMIN, handlers_not_yet},
    {SYNC "getSyncInfo", POST, AUTH_ADMIN, handlers_sync_info},
    {SYNC "getSyncLANStatus", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "importSyncProviderS3", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "importSyncProviderWebDAV", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "listCloudSyncDir", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "performBootSync", POST, AUTH_ADMIN, handlers_not_yet},
    {SYNC "performSync", POST, AUTH_ADMIN, handlers_not_yet},
    {SYNC "removeCloudSyncDir", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setCloudSyncDir", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncAssetDownloadMode", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncEnable", POST, AUTH_ADMIN, handlers_not_yet},
    {SYNC "setSyncGenerateConflictDoc", POST, AUTH_ADMIN,
     handlers_configuration},
    {SYNC "setSyncInterval", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncLAN", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncMode", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncPerception", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncProvider", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncProviderLocal", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncProviderS3", POST, AUTH_ADMIN, handlers_configuration},
    {SYNC "setSyncProviderWebDAV", POST, AUTH_ADMIN, handlers_configuration},
    {"/api/system/currentTime", POST, AUTH_ANYBODY, handlers_current_time},
    {"/api/system/version", GET | POST, AUTH_ANYBODY, handlers_version},
    {"/healthz", GET, AUTH_ANYBODY, handlers_healthz},
    {"/readyz", GET, AUTH_ANYBODY, handlers_readyz},
};

/* As strcmp() of path and the first len bytes of text. */
static int
compare(const char *path, const char *text, size_t len)
{
    int order = strncmp(path, text, len);

    return order == 0 && path[len] != '\0' ? 1 : order;
}

static unsigned
method_bit(const char *method)
{
    if (strcmp(method, "POST") == 0)
        return ROUTES_POST;
    return strcmp(method, "GET") == 0 ? ROUTES_GET : 0;
}

const struct route *
routes_find(const char *path, size_t len, const char *method)
{
    size_t low = 0, high = sizeof table / sizeof *table;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(table[middle].path, path, len);

        if (order == 0) {
            return (table[middle].methods & method_bit(method)) != 0
                       ? &table[middle]
                       : NULL;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}
