/*
 * What must be true of the options, one function a subject.  Every refusal is
 * one line: what, where, and what to do about it.
 */
#include "services/sync-engine/config/config.h"

#include "proto/topic.h"
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/config/config_siyuan.h"
#include "services/sync-engine/config/place.h"
#include "services/sync-engine/config/workspace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line; always CONFIG_WRONG. */
static int refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static int
refuse(const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_line(LOG_ERROR, "%s", text);
    return CONFIG_WRONG;
}

static int
check_not_yet(const struct config *c)
{
    if (strcmp(c->provider, "local") != 0) {
        return refuse("--provider %s is not there yet; use --provider local",
                      c->provider);
    }
    if (c->dry_run && !c->once)
        return refuse("--dry-run goes with --once");
    return 0;
}

static int
check_id(struct config_checked *out, const struct config *c)
{
    char id[TOPIC_ID_MAX];

    if (gethostname(out->host, sizeof out->host - 1) != 0)
        out->host[0] = '\0';
    if (c->id == NULL) {
        topic_make_id(id, out->host);
    } else if (topic_is_id(c->id)) {
        (void)snprintf(id, sizeof id, "%s", c->id);
    } else {
        return refuse("--id %s: an id has 1 to 64 of a-z 0-9 . _ - and starts "
                      "with a letter or a digit",
                      c->id);
    }
    (void)snprintf(out->id, sizeof out->id, "%s", id);
    return 0;
}

static int
check_workspace(const struct config *c)
{
    int rc;

    if (c->workspace == NULL) {
        return refuse("--workspace is missing; give the SiYuan workspace to "
                      "sync");
    }
    rc = workspace_check(c->workspace);
    if (rc == -ENOENT && access(c->workspace, F_OK) != 0) {
        return refuse("--workspace %s: %s; give the folder that has data/",
                      c->workspace, strerrordesc_np(errno));
    }
    if (rc == -ENOENT || rc == -ENOTDIR) {
        return refuse("--workspace %s is no SiYuan workspace: it has no data/ "
                      "folder; give the folder that has it",
                      c->workspace);
    }
    if (rc < 0) {
        return refuse("--workspace %s: data/: %s", c->workspace,
                      strerrordesc_np(-rc));
    }
    if (c->beside_kernel)
        return 0;
    rc = workspace_is_busy(c->workspace);
    if (rc == WORKSPACE_BUSY) {
        return refuse("--workspace %s is open in a running SiYuan kernel; quit "
                      "it, or give --beside-kernel",
                      c->workspace);
    }
    return rc == 0 ? 0
                   : refuse("--workspace %s: .lock: %s", c->workspace,
                            strerrordesc_np(-rc));
}

static int
check_store(const struct config *c)
{
    int rc;

    if (c->local_path == NULL) {
        return refuse("--local-path is missing; give the folder that is the "
                      "store");
    }
    if (!store_name_is_valid(c->cloud_name)) {
        return refuse("--cloud-name %s: a cloud directory has 1 to 63 bytes, "
                      "no space, no . / or other punctuation but - and _",
                      c->cloud_name);
    }
    rc = place_compare(c->local_path, c->workspace);
    if (rc == -ENOTDIR) {
        return refuse("--local-path %s is no folder; give the folder that is "
                      "the store",
                      c->local_path);
    }
    if (rc == -ENOENT) {
        return refuse("--local-path %s does not exist; make the folder, or "
                      "mount what it is on",
                      c->local_path);
    }
    if (rc < 0) {
        return refuse("--local-path %s: %s", c->local_path,
                      strerrordesc_np(-rc));
    }
    if (rc != PLACE_APART) {
        return refuse("--local-path %s %s the workspace %s; the store must be "
                      "another folder",
                      c->local_path,
                      rc == PLACE_SAME     ? "is"
                      : rc == PLACE_INSIDE ? "lies inside"
                                           : "contains",
                      c->workspace);
    }
    if (access(c->local_path, W_OK | X_OK) != 0) {
        return refuse("--local-path %s: %s", c->local_path,
                      strerrordesc_np(errno));
    }
    return 0;
}

static void
choose_state(struct config_checked *out, const struct config *c)
{
    /* Before any thread exists. */
    const char *base = getenv("XDG_STATE_HOME"); /* NOLINT(concurrency-*) */
    const char *home = getenv("HOME");           /* NOLINT(concurrency-*) */

    if (c->state != NULL) {
        (void)snprintf(out->state, sizeof out->state, "%s", c->state);
    } else if (geteuid() == 0) {
        (void)snprintf(out->state, sizeof out->state, "/var/lib/syncbus/%s",
                       out->id);
    } else if (base != NULL && base[0] == '/') {
        (void)snprintf(out->state, sizeof out->state, "%s/syncbus/%s", base,
                       out->id);
    } else {
        (void)snprintf(out->state, sizeof out->state,
                       "%s/.local/state/syncbus/%s", home == NULL ? "" : home,
                       out->id);
    }
}

/* The part of path that exists, in path itself. */
static void
cut_to_existing(char *path)
{
    while (access(path, F_OK) != 0) {
        char *slash = strrchr(path, '/');

        if (slash == NULL) {
            (void)snprintf(path, 2, ".");
            return;
        }
        if (slash == path) {
            path[1] = '\0';
            return;
        }
        *slash = '\0';
    }
}

/* The state folder must neither be synced nor lie in the store. */
static int
check_state(struct config_checked *out, const struct config *c)
{
    char existing[CONFIG_PATH_MAX];
    char data[CONFIG_PATH_MAX];
    int rc;

    choose_state(out, c);
    (void)snprintf(existing, sizeof existing, "%s", out->state);
    cut_to_existing(existing);
    (void)snprintf(data, sizeof data, "%s/data", c->workspace);
    rc = place_compare(existing, data);
    if (rc == PLACE_SAME || rc == PLACE_INSIDE) {
        return refuse("--state %s lies inside %s, which is synced; choose "
                      "another folder",
                      out->state, data);
    }
    rc = place_compare(existing, c->local_path);
    if (rc == PLACE_SAME || rc == PLACE_INSIDE ||
        (rc == PLACE_AROUND && strcmp(existing, out->state) == 0)) {
        return refuse("--state %s and the store %s lie in each other; choose "
                      "another folder",
                      out->state, c->local_path);
    }
    return 0;
}

static int
check_key(struct config_checked *out, const struct config *c)
{
    int rc;

    if (out->siyuan.has_key) {
        out->engine.key = out->siyuan.key;
        return 0;
    }
    if ((c->repo_key == NULL) == (c->repo_passphrase == NULL)) {
        return refuse("give exactly one of --repo-key-file and "
                      "--repo-passphrase-file");
    }
    if (c->repo_key != NULL) {
        rc =
            key_from_base64(&out->engine.key, c->repo_key, strlen(c->repo_key));
        return rc == 0 ? 0
                       : refuse("--repo-key-file: not the Base64 of 32 bytes; "
                                "copy the key from SiYuan's settings");
    }
    rc = key_from_passphrase(&out->engine.key, c->repo_passphrase,
                             strlen(c->repo_passphrase));
    if (rc == -EINVAL)
        return refuse("--repo-passphrase-file: the passphrase is empty");
    if (rc == -EILSEQ)
        return refuse("--repo-passphrase-file: the passphrase is not UTF-8");
    return rc == 0 ? 0
                   : refuse("--repo-passphrase-file: %s", strerrordesc_np(-rc));
}

static int
check_hub(struct config_checked *out, const struct config *c)
{
    const unsigned uses = HUB_INGEST | HUB_FEED | HUB_CONTROL;
    char why[HUB_ADDRESS_WHY];
    const char *remote;

    if (hub_address_choose(&out->hub, &c->hub, "hub", uses, why) != 0)
        return refuse("%s", why);
    remote = hub_address_remote(&out->hub, uses);
    if (remote == NULL)
        return 0;
    if (!c->hub.insecure) {
        return refuse("hub %s is on another machine and the connection is not "
                      "encrypted; use a hub on this one, or --insecure",
                      remote);
    }
    log_line(LOG_WARN, "hub %s: not encrypted, not authenticated", remote);
    return 0;
}

static enum run_direction
direction_of(const char *name)
{
    if (strcmp(name, "both") == 0)
        return RUN_BOTH;
    return strcmp(name, "upload") == 0 ? RUN_UPLOAD : RUN_DOWNLOAD;
}

static int
check_all(struct config_checked *out, const struct config *c)
{
    int rc = check_not_yet(c);

    if (rc == 0)
        rc = check_id(out, c);
    if (rc == 0)
        rc = check_workspace(c);
    if (rc == 0)
        rc = check_store(c);
    if (rc == 0)
        rc = check_state(out, c);
    if (rc == 0)
        rc = check_key(out, c);
    return rc == 0 ? check_hub(out, c) : rc;
}

int
config_check(struct config_checked *out, const struct config *c)
{
    struct config merged = *c;
    int rc = config_siyuan(&merged, &out->siyuan);

    if (rc == 0)
        rc = check_all(out, &merged);
    c = &merged;
    key_wipe(&out->siyuan.key);
    if (rc != 0)
        return rc;
    out->engine.id = out->id;
    out->engine.host = out->host;
    out->engine.workspace = c->workspace;
    out->engine.state = out->state;
    out->engine.local_path = c->local_path;
    out->engine.cloud_name = c->cloud_name;
    out->engine.hub = (struct bus_hub){.ingest = out->hub.ingest,
                                       .feed = out->hub.feed,
                                       .control = out->hub.control};
    out->engine.interval_ms = (uint64_t)c->interval_s * 1000;
    out->engine.direction = direction_of(c->direction);
    out->engine.workers = (unsigned)c->concurrency;
    out->engine.max_delete = (unsigned)c->max_delete;
    out->engine.upkeep.days = (unsigned)c->retention_days;
    out->engine.upkeep.per_day = (unsigned)c->retention_daily;
    out->engine.dry_run = c->dry_run;
    out->engine.below_fd = -1;
    out->engine.conflict_docs = c->conflict_docs;
    out->engine.automatic = strcmp(c->mode, "auto") == 0;
    out->engine.watch = c->watch;
    out->engine.once = c->once;
    out->engine.share_names = c->share_names;
    return 0;
}
