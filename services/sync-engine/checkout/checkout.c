/*
 * checkout.c - the steps of a checkout.
 *
 * intent -> removes that are in the way -> write -> flush -> rename ->
 * other removes -> tidy -> flush -> end of the intent.  Whatever goes wrong,
 * temporary files and folders made for them are taken back.
 */
#include "services/sync-engine/checkout/checkout.h"

#include "services/runtime/log.h"
#include "services/sync-engine/checkout/checkout_state.h"
#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/checkout/sweep.h"
#include "services/sync-engine/checkout/tidy.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The decoder has looked already; a second look is cheap. */
static int
check_paths(struct checkout *c, struct problem *p)
{
    for (size_t i = 0; i < c->job->upsert_count; i++) {
        const struct file_record *f = c->job->upserts[i];
        int rc = path_check(f->path, strlen(f->path));

        if (rc != 0) {
            return problem_set(p, PROBLEM_UNSAFE_PATH, "%s%s: %s", c->data.name,
                               f->path, path_reason(rc));
        }
        c->bytes += (uint64_t)f->size;
    }
    return 0;
}

static int
set_up(struct checkout *c, struct problem *p)
{
    struct stat st;
    int rc = data_open(&c->data, c->opt->workspace, p);

    if (rc == 0)
        rc = check_paths(c, p);
    if (rc != 0)
        return rc;
    if (fstat(c->data.fd, &st) != 0)
        return problem_errno(p, -errno, "%s", c->data.name);
    c->device = st.st_dev;
    rc = intent_seed(&c->seed);
    if (rc != 0)
        return problem_errno(p, rc, "checkout");
    c->items = calloc(c->job->upsert_count + 1, sizeof *c->items);
    if (c->items == NULL)
        return problem_errno(p, -ENOMEM, "checkout");
    rc = folders_made_init(&c->made, p);
    if (rc != 0)
        return rc;
    (void)pthread_mutex_init(&c->lock, NULL);
    c->has_made = true;
    return 0;
}

static void
tear_down(struct checkout *c)
{
    if (c->has_made) {
        folders_made_clear(&c->made);
        (void)pthread_mutex_destroy(&c->lock);
    }
    free(c->items);
    data_close(&c->data);
}

/* What an earlier run has left is not to be forgotten. */
static int
declare(struct checkout *c, struct problem *p)
{
    size_t count = c->job->upsert_count;
    struct intent in = {
        .seed = c->seed, .count = count, .workspace = c->opt->workspace};
    int rc = sweep_run(c->opt->workspace, c->opt->state_fd, p);

    if (rc != 0 || count == 0)
        return rc;
    in.paths = calloc(count, sizeof *in.paths);
    if (in.paths == NULL)
        return problem_errno(p, -ENOMEM, "checkout");
    for (size_t i = 0; i < count; i++)
        in.paths[i] = c->job->upserts[i]->path;
    rc = intent_write(c->opt->state_fd, INTENT_CHECKOUT, &in, p);
    free(in.paths);
    return rc;
}

static int
flush(struct checkout *c, struct problem *p)
{
    checkout_enter(c, CHECKOUT_FLUSH, 0, 0);
    if (syncfs(c->data.fd) == 0)
        return 0;
    return problem_errno(p, -errno, "cannot write to %s", c->data.name);
}

static int
write_and_rename(struct checkout *c, struct problem *p)
{
    int rc;

    if (c->job->upsert_count == 0)
        return 0;
    rc = checkout_write(c, p);
    if (rc == 0)
        rc = flush(c, p);
    return rc == 0 ? checkout_rename(c, p) : rc;
}

static int
carry_out(struct checkout *c, struct problem *p)
{
    const struct checkout_job *job = c->job;
    size_t tidied;
    int rc = checkout_remove(c, 0, job->remove_first, p);

    if (rc == 0)
        rc = write_and_rename(c, p);
    if (rc == 0)
        rc = checkout_remove(c, job->remove_first, job->remove_count, p);
    if (rc != 0)
        return rc;
    checkout_enter(c, CHECKOUT_TIDY, 0, 0);
    tidied = tidy_run(c->data.fd, c->data.name);
    if (c->out->written + c->out->removed + tidied > 0)
        rc = flush(c, p);
    return rc;
}

static void
clean_up(struct checkout *c, bool failed)
{
    struct problem ignored;
    int rc = failed ? checkout_discard(c, &ignored) : 0;

    if (failed)
        folders_made_undo(&c->made, c->data.fd, c->data.name);
    if (rc == 0)
        intent_end(c->opt->state_fd, INTENT_CHECKOUT);
}

int
checkout_run(struct checkout_result *out, const struct checkout_job *job,
             const struct checkout_options *opt, struct problem *p)
{
    struct checkout c = {
        .opt = opt, .job = job, .out = out, .data = {.fd = -1}};
    int rc;

    *out = (struct checkout_result){0};
    rc = set_up(&c, p);
    if (rc == 0)
        rc = declare(&c, p);
    if (rc == 0) {
        rc = carry_out(&c, p);
        clean_up(&c, rc != 0);
    }
    if (atomic_load(&c.coarse) > 0) {
        log_line(LOG_WARN,
                 "%s: the disk cannot hold the time of %zu files exactly",
                 c.data.name, atomic_load(&c.coarse));
    }
    tear_down(&c);
    return rc;
}
