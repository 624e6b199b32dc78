#include "services/sync-engine/checkout/checkout_state.h"

#include "services/runtime/log.h"
#include "services/sync-engine/checkout/seen.h"

const struct file_record *
checkout_was(const struct checkout *c, const char *path)
{
    return c->job->seen == NULL ? NULL : file_list_find(c->job->seen, path);
}

int
checkout_changed(struct checkout *c, const char *path)
{
    (void)pthread_mutex_lock(&c->lock);
    if (c->out->changed == NULL) {
        c->out->changed = path;
        log_line(LOG_INFO, "%s%s was edited during the sync", c->data.name,
                 path);
    }
    (void)pthread_mutex_unlock(&c->lock);
    atomic_store(&c->changed, true);
    return CHECKOUT_CHANGED;
}

int
checkout_go_on(const struct checkout *c, struct problem *p)
{
    if (c->opt->cancel != NULL && atomic_load(c->opt->cancel))
        return problem_set(p, PROBLEM_CANCELLED, "cancelled");
    return 0;
}

int
checkout_look(const struct checkout *c, struct worker *w, int dir_fd,
              const struct file_record *want, struct problem *p)
{
    const struct seen s = {
        .objects = repo_objects(c->opt->repo),
        .root = c->data.name,
        .dir_fd = dir_fd,
        .name = folders_name(want->path),
        .was = checkout_was(c, want->path),
        .want = want,
        .seen_at_ms = c->opt->seen_at_ms,
    };
    int rc = seen_check(&s, w, p);

    if (rc == SEEN_GONE)
        return SEEN_CHANGED;
    if (rc != SEEN_FOLDER && rc != SEEN_SPECIAL)
        return rc;
    if (s.was != NULL)
        return SEEN_CHANGED;
    if (rc == SEEN_FOLDER)
        return rc;
    return problem_set(p, PROBLEM_UNSAFE_PATH,
                       "%s%s is no regular file: a symbolic link or a device "
                       "is not replaced",
                       c->data.name, want->path);
}

static void
tell(struct checkout *c)
{
    if (c->opt->on_progress != NULL)
        c->opt->on_progress(c->opt->ctx, &c->now);
}

void
checkout_enter(struct checkout *c, enum checkout_step step, uint64_t done,
               uint64_t files)
{
    c->now.step = step;
    c->now.bytes = 0;
    c->now.bytes_total = step == CHECKOUT_WRITE ? c->bytes : 0;
    c->now.files = done;
    c->now.files_total = files;
    c->now.item = NULL;
    tell(c);
}

void
checkout_report(struct checkout *c, uint64_t files, uint64_t bytes,
                const char *path)
{
    (void)pthread_mutex_lock(&c->lock);
    c->now.files += files;
    c->now.bytes += bytes;
    c->now.item = path;
    tell(c);
    (void)pthread_mutex_unlock(&c->lock);
}
