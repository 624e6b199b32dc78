/*
 * Random scripts over three devices on disk and a store in a folder, each
 * sync a real run.  After each: the disk, the counts and the store are what
 * the fleet in memory says; every object the store names is there and
 * decodes; what was written since the last sync, here or elsewhere, is on the
 * disk or among the history copies.
 *
 * A failing script is shrunk and printed.  `test_run_fleet SEED [COUNT]` runs
 * other ones, SYNCBUS_SCRIPTS=COUNT more of them.
 */
#include "services/sync-engine/run/run.h"

#include "services/runtime/log.h"
#include "services/sync-engine/cloud/local.h"
#include "tests/support/files.h"
#include "tests/support/fleet_world.h"
#include "tests/support/run_device.h"
#include "tests/support/store_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const NAMES[FLEET_DEVICES] = {"a", "b", "c"};

/* A device on disk, and what was on it after its last sync. */
struct disk {
    struct run_device device;
    struct file_list base;
    size_t copies;
};

struct disks {
    struct scratch folder;
    char store[PATH_MAX]; /* its folder */
    struct disk all[FLEET_DEVICES];
};

/* What one sync found and left. */
struct look {
    struct file_list before, after, cloud, new_cloud, history;
};

static struct script_seeds seeds = {
    .first = 1, .count = 60, .ops = SCRIPT_OPS_MAX};
static char message[512];

/* ---- reading and writing ------------------------------------------------- */

static char *
data_name(int device, const char *path, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s-ws/data%s", NAMES[device], path);
    return out;
}

static void
write_file(void *ctx, int device, const struct file_record *f, const char *text)
{
    const struct disks *d = ctx;
    char name[PATH_MAX];

    scratch_write(&d->folder, data_name(device, f->path, name), text,
                  f->updated);
}

static void
touch_file(void *ctx, int device, const struct file_record *f)
{
    const struct disks *d = ctx;
    char name[PATH_MAX];

    scratch_touch(&d->folder, data_name(device, f->path, name), f->updated);
}

static void
remove_file(void *ctx, int device, const char *path)
{
    const struct disks *d = ctx;

    run_device_remove(&d->all[device].device, path);
}

static void
move_file(void *ctx, int device, const char *from, const struct file_record *to)
{
    const struct disks *d = ctx;
    char name[PATH_MAX];
    char old[PATH_MAX];
    char new[PATH_MAX];

    scratch_path(&d->folder, data_name(device, from, name), old);
    /* Makes the folder, too. */
    scratch_write(&d->folder, data_name(device, to->path, name), "", 0);
    assert_int_equal(rename(old, scratch_path(&d->folder, name, new)), 0);
    touch_file(ctx, device, to);
}

static void
add_entry(struct file_list *l, const FTSENT *entry, const char *path)
{
    char text[64];
    FILE *f = fopen(entry->fts_path, "re");
    size_t len;

    assert_non_null(f);
    len = fread(text, 1, sizeof text - 1, f);
    text[len] = '\0';
    (void)fclose(f);
    files_add(l, path, text,
              (int64_t)entry->fts_statp->st_mtim.tv_sec * 1000 +
                  entry->fts_statp->st_mtim.tv_nsec / 1000000);
}

/* Every file below the folder; its path begins after `skip` more levels. */
static void
read_tree(struct file_list *out, const char *folder, int skip)
{
    char root[PATH_MAX + 16];
    char *const roots[] = {root, NULL};
    FTSENT *entry;
    FTS *tree;

    (void)snprintf(root, sizeof root, "%s", folder);
    tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    while ((entry = fts_read(tree)) != NULL) {
        const char *path = entry->fts_path + strlen(root);

        if (entry->fts_info != FTS_F || entry->fts_name[0] == '.')
            continue;
        for (int i = 0; i < skip; i++)
            path = strchr(path + 1, '/');
        add_entry(out, entry, path);
    }
    (void)fts_close(tree);
    file_list_sort(out);
}

static void
read_device(struct file_list *out, const struct disk *d, const char *folder)
{
    char path[PATH_MAX + 16];

    (void)snprintf(path, sizeof path, "%s/%s", d->device.workspace, folder);
    if (access(path, F_OK) == 0)
        read_tree(out, path, strcmp(folder, "history") == 0);
}

/* ---- what must hold ------------------------------------------------------ */

static bool
has_version(const struct file_list *l, const struct file_record *f)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->files[i].path, f->path) == 0 &&
            decide_same(&l->files[i], f))
            return true;
    }
    return false;
}

/* An edit is what the last sync did not know. */
static const char *
find_lost(const struct file_list *versions, const struct file_list *base,
          const struct look *l, const char *whose)
{
    for (size_t i = 0; i < versions->count; i++) {
        const struct file_record *f = &versions->files[i];

        if (has_version(base, f) || has_version(&l->after, f) ||
            has_version(&l->history, f))
            continue;
        (void)snprintf(message, sizeof message, "%s version of %s is lost",
                       whose, f->path);
        return message;
    }
    return NULL;
}

static const char *
compare_counts(const struct disk *d, const struct look *l,
               const struct run_result *run, const struct fleet_result *model)
{
    if (run->upserts != model->upserts || run->removes != model->removes)
        return "another number of files was written or removed";
    if (run->conflicts != model->conflicts)
        return "another number of conflicts";
    if (run->changed != model->published)
        return "only one of the two was published";
    if (l->history.count != d->copies + model->history)
        return "another number of history copies";
    return NULL;
}

static const char *
compare(const struct disk *d, const struct look *l, struct fleet_world *w,
        enum fleet_direction direction)
{
    const struct file_list *disk =
        &w->fleet.devices[d->device.name[0] - 'a'].disk;
    const char *broken = NULL;

    if (direction != FLEET_UPLOAD) {
        broken = find_lost(&l->before, &d->base, l, "this device's");
        if (broken == NULL)
            broken = find_lost(&l->cloud, &d->base, l, "the store's");
    }
    if (broken != NULL)
        return broken;
    if (!fleet_is_equal(&l->after, disk))
        return "the disk is not that of the fleet in memory";
    if (!fleet_is_equal(&l->new_cloud, &w->fleet.cloud.files))
        return "the store is not that of the fleet in memory";
    return NULL;
}

static void
forget(struct look *l)
{
    file_list_clear(&l->before);
    file_list_clear(&l->after);
    file_list_clear(&l->cloud);
    file_list_clear(&l->new_cloud);
    file_list_clear(&l->history);
}

static bool
went_well(const struct run_result *r, const struct fleet_world *w, int device)
{
    return r->fault.code == CODE_OK ||
           (r->fault.code == CODE_EMPTY_WORKSPACE &&
            w->fleet.devices[device].disk.count == 0);
}

/* A run opens its store, as those of an engine do. */
static struct run_result
run_disk(struct disks *all, int device, enum fleet_direction direction)
{
    static const enum run_direction directions[] = {
        [FLEET_BOTH] = RUN_BOTH,
        [FLEET_DOWNLOAD] = RUN_DOWNLOAD,
        [FLEET_UPLOAD] = RUN_UPLOAD,
    };
    const struct local_options opt = {
        .path = all->folder.path, .name = "main", .device = NAMES[device]};
    struct run_result result;
    struct store *store;
    struct fault f = {0};

    if (local_open(&store, &opt, &f) != 0)
        fail_msg("%s", f.cause);
    result =
        run_device_sync(&all->all[device].device, store, directions[direction]);
    store_close(store);
    return result;
}

static const char *
sync_disk(void *ctx, struct fleet_world *w, int device,
          enum fleet_direction direction)
{
    struct disks *all = ctx;
    struct disk *d = &all->all[device];
    struct look l = {0};
    struct run_result result;
    const char *broken;

    if (direction == FLEET_UPLOAD && w->fleet.devices[device].disk.count == 0)
        return NULL; /* nothing to upload is an error, and logged */
    broken = store_check_latest(&l.cloud, all->store, d->device.repo);
    assert_null(broken);
    read_device(&l.before, d, "data");
    result = run_disk(all, device, direction);
    read_device(&l.after, d, "data");
    read_device(&l.history, d, "history");
    broken = store_check_latest(&l.new_cloud, all->store, d->device.repo);
    if (!went_well(&result, w, device)) {
        (void)snprintf(message, sizeof message, "the run failed: %s",
                       result.fault.cause);
        broken = message;
    }
    if (broken == NULL)
        broken = compare(d, &l, w, direction);
    if (broken == NULL && result.fault.code == CODE_OK)
        broken = compare_counts(d, &l, &result, &w->result);
    fleet_copy(&d->base, &l.after);
    d->copies = l.history.count;
    forget(&l);
    return broken;
}

/* ---- scripts ------------------------------------------------------------- */

static void
close_disk(struct disk *d)
{
    run_device_close(&d->device);
    file_list_clear(&d->base);
}

static const char *
run_script(const struct script *s)
{
    static struct disks disks;
    struct fleet_world w = {.script = s,
                            .mirror = {.write = write_file,
                                       .touch = touch_file,
                                       .move = move_file,
                                       .remove = remove_file,
                                       .sync = sync_disk,
                                       .ctx = &disks}};
    const char *broken;

    disks = (struct disks){0};
    scratch_make(&disks.folder);
    scratch_path(&disks.folder, "main", disks.store);
    for (int i = 0; i < FLEET_DEVICES; i++)
        run_device_open(&disks.all[i].device, &disks.folder, NAMES[i]);
    broken = fleet_world_run(&w);
    if (broken == NULL)
        broken = store_check_all(disks.store, disks.all[0].device.repo);
    for (int i = 0; i < FLEET_DEVICES; i++)
        close_disk(&disks.all[i]);
    scratch_remove(&disks.folder);
    fleet_clear(&w.fleet);
    return broken;
}

static void
devices_on_disk_converge_and_nothing_is_lost(void **state)
{
    (void)state;
    script_run_seeds(&seeds, run_script);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_on_disk_converge_and_nothing_is_lost),
    };
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread. */
    const char *more = getenv("SYNCBUS_SCRIPTS");

    /* Memory, if there is: what a power cut leaves is not the question. */
    if (access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 0), 0);
    /* NOLINTEND(concurrency-mt-unsafe) */
    log_init("test", LOG_ERROR, false);
    if (argc > 1)
        seeds.first = strtoull(argv[1], NULL, 10);
    if (argc > 2 || more != NULL)
        seeds.count = strtoull(argc > 2 ? argv[2] : more, NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
