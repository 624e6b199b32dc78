/*
 * An engine from nothing and back: every field starts as "nothing", and
 * engine_free() accepts every half-open one.
 */
#include "services/runtime/log.h"
#include "services/sync-engine/engine_state.h"
#include "services/sync-engine/repo/objects.h"
#include "services/sync-engine/state/interrupted.h"
#include "services/sync-engine/state/switched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int
open_repo(struct engine *e)
{
    const struct code_info *wrong_key = code_info(CODE_KEY_MISMATCH);
    struct repo_options opt = {.key = &e->opt.key};
    struct problem p = {0};
    char *path;
    int rc;

    if (asprintf(&path, "%s/repo", e->opt.state) < 0)
        return -ENOMEM;
    opt.path = path;
    rc = repo_open(&e->repo, &opt, &p);
    free(path);
    if (rc == 0 && e->opt.dry_run)
        objects_look_below(repo_objects(e->repo), e->opt.below_fd);
    if (rc < 0 && p.kind == PROBLEM_WRONG_KEY) {
        log_line(LOG_ERROR, "%s: %s. %s", wrong_key->token,
                 wrong_key->text[LANG_EN], wrong_key->remedy[LANG_EN]);
        return ENGINE_CONFIG;
    }
    return rc;
}

static int
start_bus(struct engine *e)
{
    bool stays = !e->opt.once && !e->opt.dry_run;
    const struct bus_options bus = {
        .identity = {.id = e->opt.id,
                     .host = e->opt.host,
                     .local_path = e->opt.local_path,
                     .cloud_name = e->opt.cloud_name,
                     .key = &e->opt.key,
                     .history = &e->history,
                     .enabled = e->switched_on},
        .hub = e->opt.hub,
        .orders = &e->orders,
        .state_fd = e->state_dir.fd,
        .share_names = e->opt.share_names,
        .speaks = !e->opt.dry_run,
        .listens = stays,
        .perceives =
            stays && e->opt.automatic && e->opt.direction != RUN_UPLOAD,
    };

    return bus_open(&e->bus, &bus);
}

/* What earlier lives left. */
static int
load_state(struct engine *e)
{
    int rc = history_load(&e->history, e->state_dir.fd);

    if (rc == 0)
        rc = switched_load(&e->switched_on, e->state_dir.fd);
    if (rc == 0)
        rc = interrupted_settle(&e->history, e->opt.direction);
    e->sweep = rc == INTERRUPTED_FOUND;
    if (rc < 0) {
        log_line(LOG_ERROR, "state folder %s: %s", e->opt.state,
                 strerrordesc_np(-rc));
        return rc;
    }
    /* Who types --once means it. */
    return orders_init(&e->orders, &e->cancel, e->switched_on || e->opt.once,
                       e->history.last.run);
}

static int
open_all(struct engine *e)
{
    int rc = cancel_init(&e->cancel);

    if (rc < 0)
        return rc;
    e->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (e->done_fd < 0)
        return -errno;
    rc = state_dir_open(&e->state_dir, e->opt.state);
    if (rc < 0)
        return rc == -EBUSY || rc == -EINVAL ? ENGINE_CONFIG : rc;
    rc = load_state(e);
    if (rc == 0)
        rc = open_repo(e);
    return rc != 0 ? rc : start_bus(e);
}

int
engine_new(struct engine **out, const struct engine_options *opt)
{
    struct engine *e = calloc(1, sizeof *e);
    int rc;

    *out = NULL;
    if (e == NULL)
        return -ENOMEM;
    e->opt = *opt;
    e->state_dir = (struct state_dir)STATE_DIR_NOTHING;
    e->rest = STATE_IDLE;
    e->cancel.fd = e->done_fd = e->orders.fd = -1;
    rc = open_all(e);
    if (rc != 0) {
        engine_free(e);
        return rc;
    }
    *out = e;
    return 0;
}

void
engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    wake_clear(&e->wake);
    bus_close(&e->bus);
    orders_clear(&e->orders);
    repo_close(e->repo);
    state_dir_close(&e->state_dir);
    cancel_clear(&e->cancel);
    if (e->done_fd >= 0)
        close(e->done_fd);
    key_wipe(&e->opt.key);
    free(e);
}
