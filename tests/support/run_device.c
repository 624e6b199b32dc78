#include "tests/support/run_device.h"

#include "services/runtime/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EPOCH_MS INT64_C(1700000000000)
#define TEXT_MAX 256

static uint64_t
now_ms(void)
{
    return clock_monotonic_ms();
}

void
run_device_open(struct run_device *d, const struct scratch *folder,
                const char *name)
{
    static const struct state base = {.name = STATE_IDLE};
    const struct progress_options progress = {.base = &base, .now_ms = now_ms};
    struct repo_key key;
    char path[PATH_MAX];
    char file[64];
    struct problem p = {0};
    const struct repo_options opt = {.path = scratch_path(folder, name, path),
                                     .key = &key};

    memset(&key, 1, sizeof key);
    *d = (struct run_device){.folder = folder, .name = name, .max_delete = 50};
    (void)snprintf(file, sizeof file, "%s-ws/data/.keep", name);
    scratch_write(folder, file, "", 0);
    (void)snprintf(file, sizeof file, "%s-ws", name);
    scratch_path(folder, file, d->workspace);
    if (repo_open(&d->repo, &opt, &p) != 0)
        fail_msg("%s", p.text);
    assert_int_equal(progress_new(&d->progress, &progress), 0);
    assert_int_equal(cancel_init(&d->cancel), 0);
}

void
run_device_close(struct run_device *d)
{
    report_clear(&d->report);
    repo_close(d->repo);
    progress_free(d->progress);
    cancel_clear(&d->cancel);
}

void
run_device_write(const struct run_device *d, const char *path, const char *text,
                 int seconds)
{
    char file[PATH_MAX];

    (void)snprintf(file, sizeof file, "%s-ws/data%s", d->name, path);
    scratch_write(d->folder, file, text, EPOCH_MS + INT64_C(1000) * seconds);
}

void
run_device_remove(const struct run_device *d, const char *path)
{
    char file[PATH_MAX + 16];

    (void)snprintf(file, sizeof file, "%s/data%s", d->workspace, path);
    assert_int_equal(unlink(file), 0);
}

static const char *
read_file(const char *path)
{
    static char text[TEXT_MAX];
    FILE *f = fopen(path, "re");
    size_t len = 0;

    if (f != NULL) {
        len = fread(text, 1, sizeof text - 1, f);
        (void)fclose(f);
    }
    text[len] = '\0';
    return text;
}

const char *
run_device_read(const struct run_device *d, const char *path)
{
    char file[PATH_MAX + 16];

    (void)snprintf(file, sizeof file, "%s/data%s", d->workspace, path);
    return read_file(file);
}

size_t
run_device_kept(const struct run_device *d, const char *text)
{
    char history[PATH_MAX + 16];
    char *const roots[] = {history, NULL};
    size_t count = 0;
    FTSENT *entry;
    FTS *tree;

    (void)snprintf(history, sizeof history, "%s/history", d->workspace);
    tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    while ((entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_F)
            count += strcmp(read_file(entry->fts_path), text) == 0;
    }
    (void)fts_close(tree);
    return count;
}

static void
on_step(void *ctx, const char *step)
{
    struct run_device *d = ctx;

    (void)step;
    d->steps++;
}

struct run_result
run_device_sync(struct run_device *d, struct store *store,
                enum run_direction direction)
{
    const struct run_options opt = {
        .direction = direction,
        .repo = d->repo,
        .store = store,
        .progress = d->progress,
        .cancel = &d->cancel,
        .workspace = d->workspace,
        .state_fd = repo_dir(d->repo),
        .device = d->name,
        .host = "host",
        .workers = 1,
        .max_delete = d->max_delete,
        .conflict_docs = d->conflict_docs,
        .report = &d->report,
        .on_step = on_step,
        .ctx = d,
    };
    struct run_result result;
    int rc;

    report_clear(&d->report);
    d->steps = 0;
    progress_start_run(d->progress, 1);
    rc = run_sync(&opt, &result);
    assert_int_equal(rc < 0, result.fault.code != CODE_OK);
    return result;
}
