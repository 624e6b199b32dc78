#include "gateway/routes.h"

#include "gateway/dashboard/dashboard.h"
#include "gateway/http/percent.h"
#include "gateway/metrics/scrape.h"
#include "gateway/openapi.h"
#include "gateway/siyuan/handlers.h"
#include "gateway/siyuan/sync.h"
#include "gateway/siyuan/system.h"
#include "gateway/stream/handlers.h"
#include "gateway/v1/control.h"
#include "gateway/v1/engines.h"
#include "gateway/v1/history.h"
#include "proto/utf8.h"

#include <errno.h>
#include <string.h>

#define GET  (ROUTES_GET | ROUTES_HEAD)
#define POST ROUTES_POST

/* SiYuan's calls are named by their last word. */
#define SYNC(name, handler)                                                    \
    {                                                                          \
        "/api/sync/" name, POST, AUTH_ADMIN, handler, name                     \
    }

/* Sorted by path, byte by byte: routes_find() halves it. */
static const struct route table[] = {
    {"/", GET, AUTH_ANYBODY, dashboard_page, "dashboard"},
    SYNC("createCloudSyncDir", handlers_configuration),
    SYNC("exportSyncProviderS3", handlers_configuration),
    SYNC("exportSyncProviderWebDAV", handlers_configuration),
    {"/api/sync/getBootSync", POST, AUTH_READER, sync_get_boot, "getBootSync"},
    SYNC("getSyncInfo", handlers_sync_info),
    SYNC("getSyncLANStatus", handlers_configuration),
    SYNC("importSyncProviderS3", handlers_configuration),
    SYNC("importSyncProviderWebDAV", handlers_configuration),
    SYNC("listCloudSyncDir", handlers_configuration),
    SYNC("performBootSync", sync_perform_boot),
    SYNC("performSync", sync_perform),
    SYNC("removeCloudSyncDir", handlers_configuration),
    SYNC("setCloudSyncDir", handlers_configuration),
    SYNC("setSyncAssetDownloadMode", handlers_configuration),
    SYNC("setSyncEnable", sync_set_enable),
    SYNC("setSyncGenerateConflictDoc", handlers_configuration),
    SYNC("setSyncInterval", handlers_configuration),
    SYNC("setSyncLAN", handlers_configuration),
    SYNC("setSyncMode", handlers_configuration),
    SYNC("setSyncPerception", handlers_configuration),
    SYNC("setSyncProvider", handlers_configuration),
    SYNC("setSyncProviderLocal", handlers_configuration),
    SYNC("setSyncProviderS3", handlers_configuration),
    SYNC("setSyncProviderWebDAV", handlers_configuration),
    {"/api/system/bootProgress", GET | POST, AUTH_ANYBODY, system_boot_progress,
     "bootProgress"},
    {"/api/system/bootProgressSSE", GET, AUTH_ANYBODY, system_boot_events,
     "bootProgressSSE"},
    {"/api/system/currentTime", POST, AUTH_ANYBODY, system_current_time,
     "currentTime"},
    {"/api/system/loginAuth", POST, AUTH_ANYBODY, system_login, "loginAuth"},
    {"/api/system/logoutAuth", POST, AUTH_ANYBODY, system_logout, "logoutAuth"},
    {"/api/system/version", GET | POST, AUTH_ANYBODY, system_version,
     "version"},
    {"/check-auth", GET, AUTH_ANYBODY, system_check_auth, "checkAuth"},
    {"/dashboard/{version}/{file}", GET, AUTH_ANYBODY, dashboard_part,
     "dashboardPart"},
    {"/healthz", GET, AUTH_ANYBODY, handlers_healthz, "healthz"},
    {"/metrics", GET, AUTH_READER, scrape_metrics, "metrics"},
    {"/openapi.json", GET, AUTH_ANYBODY, openapi_send, "openapi"},
    {"/readyz", GET, AUTH_ANYBODY, handlers_readyz, "readyz"},
    {"/v1/engines", GET, AUTH_READER, engines_list, "listEngines"},
    {"/v1/engines/{id}", GET, AUTH_READER, engines_one, "getEngine"},
    {"/v1/engines/{id}/cancel", POST, AUTH_ADMIN, control_cancel, "cancelRun"},
    {"/v1/engines/{id}/conflicts", GET, AUTH_READER, history_conflicts,
     "listConflicts"},
    {"/v1/engines/{id}/disable", POST, AUTH_ADMIN, control_disable,
     "disableEngine"},
    {"/v1/engines/{id}/enable", POST, AUTH_ADMIN, control_enable,
     "enableEngine"},
    {"/v1/engines/{id}/runs", GET, AUTH_READER, history_runs, "listRuns"},
    {"/v1/engines/{id}/runs/{run}/changes", GET, AUTH_READER, history_changes,
     "listChanges"},
    {"/v1/engines/{id}/sync", POST, AUTH_ADMIN, control_sync, "syncEngine"},
    /* HEAD would have to end. */
    {"/v1/events", ROUTES_GET, AUTH_READER, stream_events, "streamEvents"},
    {"/ws", ROUTES_GET, AUTH_READER, stream_socket, "webSocket"},
};

static const char *
segment_end(const char *text, const char *end)
{
    const char *slash = memchr(text, '/', (size_t)(end - text));

    return slash != NULL ? slash : end;
}

/*
 * As strcmp() of a row's path and the len bytes of text, where a parameter
 * equals any segment.  Since no row has a word where another has a parameter,
 * the table is sorted by this order too.
 */
static int
compare(const char *path, const char *text, size_t len)
{
    const char *end = text + len;

    while (*path != '\0' && text < end) {
        if (*path == '{' && *text != '/') {
            path = strchr(path, '}') + 1;
            text = segment_end(text, end);
        } else if (*path != *text) {
            return (unsigned char)*path < (unsigned char)*text ? -1 : 1;
        } else {
            path++;
            text++;
        }
    }
    return (*path != '\0') - (text < end);
}

static unsigned
method_bit(const char *method)
{
    static const struct {
        const char *name;
        unsigned bit;
    } methods[] = {
        {"POST", ROUTES_POST}, {"GET", ROUTES_GET}, {"HEAD", ROUTES_HEAD}};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(method, methods[i].name) == 0)
            return methods[i].bit;
    }
    return 0;
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

static int
take(char out[REQUEST_TEXT_MAX], const char *text, size_t len)
{
    int n = percent_decode(out, REQUEST_TEXT_MAX, text, len, PERCENT_PATH);

    if (n < 0)
        return n;
    return utf8_is_valid((const unsigned char *)out, (size_t)n) ? 0 : -EINVAL;
}

int
routes_take_params(const struct route *route, struct request *r)
{
    const char *path = route->path, *text = r->path;
    const char *end = text + strlen(text);
    int rc = 0;

    for (size_t i = 0; i < REQUEST_PARAM_MAX && rc == 0; i++) {
        const char *brace = strchr(path, '{');
        const char *after;

        if (brace == NULL)
            break;
        text += brace - path; /* the words in between are equal */
        after = segment_end(text, end);
        rc = take(r->param[i], text, (size_t)(after - text));
        text = after;
        path = strchr(brace, '}') + 1;
    }
    return rc;
}

const struct route *
routes_all(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}
