/*
 * Random scripts of edits and syncs over three devices with wrong clocks: no
 * edit is lost without a copy, winners win, after each sync the disk is what
 * the store has, and in the end all devices are the same and at rest.
 *
 * A failing script is shrunk and printed.  `test_fleet SEED [COUNT]` runs
 * other ones.
 *
 * Every write has a second of its own, as files of one path and second are
 * one object to the format, except for writes of equal content.
 */
#include "tests/support/files.h"
#include "tests/support/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPS_MAX        48
#define SCRIPTS        3000
#define SAME_EVERY_S   600LL /* times of writes of equal content */
#define ROUNDS         4     /* one to join, two to spread, one at rest */
#define OFFSET_MAX_MIN 20

enum kind {
    EDIT,
    SAME,
    TOUCH,
    REMOVE,
    RENAME,
    SYNC,
    DOWNLOAD,
    UPLOAD,
    KINDS,
};

static const char *const VERBS[KINDS] = {
    "edits",     "writes the common text to",
    "touches",   "removes",
    "renames",   "syncs",
    "downloads", "uploads",
};

static const unsigned WEIGHTS[KINDS] = {26, 8, 8, 10, 8, 30, 5, 5};

static const char *const PATHS[] = {
    "/a.sy", "/box/b.sy", "/box/b/c.sy", "/assets/d.png", "/E", "/.siyuan/f",
};

#define PATH_COUNT (sizeof PATHS / sizeof *PATHS)

struct op {
    enum kind kind;
    int device;
    size_t path;
    size_t other;     /* where a rename goes */
    int wait_s;       /* before it */
    unsigned content; /* of an edit: no other has it */
};

struct script {
    struct op ops[OPS_MAX];
    size_t count;
    int offset_s[FLEET_DEVICES]; /* how wrong the clocks are */
    bool blank[FLEET_DEVICES];   /* no file before the first sync */
};

struct world {
    struct fleet fleet;
    const struct script *script;
    int64_t now_s;
    int64_t used_s[OPS_MAX * 4]; /* seconds that have been written */
    size_t used_count;
};

/* ---- making scripts ------------------------------------------------------ */

static uint64_t
draw(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int
below(uint64_t *seed, int n)
{
    return (int)(draw(seed) % (uint64_t)n);
}

static enum kind
draw_kind(uint64_t *seed)
{
    int lot = below(seed, 100);
    int kind = 0;

    while (lot >= (int)WEIGHTS[kind])
        lot -= (int)WEIGHTS[kind++];
    return (enum kind)kind;
}

static void
make_script(struct script *s, uint64_t seed)
{
    *s = (struct script){.count = OPS_MAX};
    for (int i = 0; i < FLEET_DEVICES; i++) {
        s->blank[i] = i > 0 && below(&seed, 3) == 0;
        if (below(&seed, 2) == 0) {
            s->offset_s[i] =
                60 * (below(&seed, 2 * OFFSET_MAX_MIN + 1) - OFFSET_MAX_MIN);
        }
    }
    for (size_t i = 0; i < OPS_MAX; i++) {
        s->ops[i] = (struct op){
            .kind = draw_kind(&seed),
            .device = below(&seed, FLEET_DEVICES),
            .path = (size_t)below(&seed, (int)PATH_COUNT),
            .other = (size_t)below(&seed, (int)PATH_COUNT),
            .wait_s = below(&seed, below(&seed, 4) == 0 ? 1200 : 60),
            .content = (unsigned)i,
        };
    }
}

static void
print_script(const struct script *s)
{
    for (int i = 0; i < FLEET_DEVICES; i++) {
        print_message("  %c: clock %+d min%s\n", 'A' + i, s->offset_s[i] / 60,
                      s->blank[i] ? ", blank" : "");
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct op *op = &s->ops[i];

        print_message("  +%d s: %c %s", op->wait_s, 'A' + op->device,
                      VERBS[op->kind]);
        if (op->kind < SYNC)
            print_message(" %s", PATHS[op->path]);
        if (op->kind == RENAME)
            print_message(" to %s", PATHS[op->other]);
        print_message("\n");
    }
}

/* ---- running them -------------------------------------------------------- */

static bool
is_used(const struct world *w, int64_t second)
{
    if (second % SAME_EVERY_S == 0)
        return true;
    for (size_t i = 0; i < w->used_count; i++) {
        if (w->used_s[i] == second)
            return true;
    }
    return false;
}

/* A time in ms, in a second nobody has written at. */
static int64_t
fresh_ms(struct world *w, int64_t second)
{
    while (is_used(w, second))
        second++;
    assert_true(w->used_count < sizeof w->used_s / sizeof *w->used_s);
    w->used_s[w->used_count++] = second;
    return second * 1000 + second % 7 * 100;
}

static int64_t
device_time(const struct world *w, int device)
{
    return w->now_s + w->script->offset_s[device];
}

static void
write_same(struct world *w, const struct op *op)
{
    struct fleet_device *d = &w->fleet.devices[op->device];
    int64_t second = device_time(w, op->device);
    char text[32];

    second -= second % SAME_EVERY_S;
    (void)snprintf(text, sizeof text, "same%lld", (long long)second);
    /* devices differ by less than a second */
    fleet_write(d, PATHS[op->path], text,
                second * 1000 + op->device * INT64_C(300));
}

static void
rename_file(struct world *w, const struct op *op)
{
    struct fleet_device *d = &w->fleet.devices[op->device];
    struct file_record *f = file_list_find(&d->disk, PATHS[op->path]);
    struct file_record moved;

    if (f == NULL || op->path == op->other)
        return;
    moved = *f;
    moved.path = PATHS[op->other];
    moved.updated = fresh_ms(w, f->updated / 1000); /* it keeps its age */
    assert_int_equal(oid_of_file(&moved.id, moved.path, moved.updated), 0);
    fleet_remove(d, PATHS[op->path]);
    fleet_remove(d, PATHS[op->other]);
    assert_int_equal(file_list_add(&d->disk, &moved), 0);
    file_list_sort(&d->disk);
}

static void
edit_file(struct world *w, const struct op *op)
{
    char text[32];

    (void)snprintf(text, sizeof text, "edit%u", op->content);
    fleet_write(&w->fleet.devices[op->device], PATHS[op->path], text,
                fresh_ms(w, device_time(w, op->device)));
}

/* No device is ever without a file: that is another error. */
static void
keep_marker(struct world *w, int device)
{
    struct fleet_device *d = &w->fleet.devices[device];
    char path[] = "/keep/A";

    path[sizeof path - 2] = (char)('A' + device);
    if (file_list_find(&d->disk, path) == NULL)
        fleet_write(d, path, "kept", fresh_ms(w, device_time(w, device)));
}

static const char *
sync_device(struct world *w, int device, enum fleet_direction direction,
            struct fleet_result *r)
{
    struct fleet_device *d = &w->fleet.devices[device];
    const char *broken;

    if (d->latest.id != 0 || !w->script->blank[device])
        keep_marker(w, device);
    (void)fleet_sync(&w->fleet, device, direction, r, &broken);
    return broken;
}

static bool
is_quiet(const struct fleet_result *r)
{
    return r->upserts + r->removes + r->conflicts + r->history == 0 &&
           !r->published;
}

static const char *
sync_twice(struct world *w, int device)
{
    struct fleet_result r;
    const char *broken = sync_device(w, device, FLEET_BOTH, &r);

    if (broken == NULL)
        (void)fleet_sync(&w->fleet, device, FLEET_BOTH, &r, &broken);
    if (broken == NULL && !is_quiet(&r))
        broken = "a sync after a sync has something to do";
    return broken;
}

static const char *
run_op(struct world *w, const struct op *op)
{
    struct fleet_device *d = &w->fleet.devices[op->device];
    struct fleet_result r;

    w->now_s += op->wait_s;
    if (op->kind < SYNC && d->latest.id == 0 && w->script->blank[op->device])
        return NULL;
    switch (op->kind) {
    case EDIT:
        edit_file(w, op);
        return NULL;
    case SAME:
        write_same(w, op);
        return NULL;
    case TOUCH:
        fleet_touch(d, PATHS[op->path],
                    fresh_ms(w, device_time(w, op->device)));
        return NULL;
    case REMOVE:
        fleet_remove(d, PATHS[op->path]);
        return NULL;
    case RENAME:
        rename_file(w, op);
        return NULL;
    case SYNC:
        return sync_twice(w, op->device);
    case DOWNLOAD:
        return sync_device(w, op->device, FLEET_DOWNLOAD, &r);
    case UPLOAD:
    default:
        return sync_device(w, op->device, FLEET_UPLOAD, &r);
    }
}

static const char *
come_to_rest(struct world *w)
{
    struct fleet_result r;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < FLEET_DEVICES; i++) {
            const char *broken = sync_device(w, i, FLEET_BOTH, &r);

            if (broken != NULL)
                return broken;
            if (round == ROUNDS - 1 && !is_quiet(&r))
                return "the fleet does not come to rest";
        }
    }
    for (int i = 0; i < FLEET_DEVICES; i++) {
        if (!fleet_is_equal(&w->fleet.devices[i].disk, &w->fleet.cloud.files))
            return "a device is not what the store has";
    }
    return NULL;
}

/* What went wrong, or NULL. */
static const char *
run_script(const struct script *s)
{
    struct world w = {.script = s, .now_s = FILES_EPOCH_MS / 1000};
    const char *broken = NULL;

    for (size_t i = 0; broken == NULL && i < s->count; i++)
        broken = run_op(&w, &s->ops[i]);
    if (broken == NULL)
        broken = come_to_rest(&w);
    fleet_clear(&w.fleet);
    return broken;
}

/* ---- shrinking ----------------------------------------------------------- */

static void
cut(struct script *to, const struct script *from, size_t start, size_t count)
{
    *to = *from;
    memmove(to->ops + start, from->ops + start + count,
            (from->count - start - count) * sizeof *to->ops);
    to->count = from->count - count;
}

/* Leave out what is not needed to fail, larger parts first. */
static void
shrink(struct script *s)
{
    size_t part = s->count / 2;

    while (part > 0) {
        bool shorter = false;

        for (size_t i = 0; i + part <= s->count;) {
            struct script less;

            cut(&less, s, i, part);
            if (run_script(&less) != NULL) {
                *s = less;
                shorter = true;
            } else {
                i++;
            }
        }
        if (!shorter)
            part /= 2;
        if (part > s->count)
            part = s->count;
    }
}

static uint64_t first_seed = 1;
static uint64_t script_count = SCRIPTS;

static void
devices_converge_and_nothing_is_lost(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < script_count; i++) {
        uint64_t seed = first_seed + i;
        struct script s;

        make_script(&s, seed);
        if (run_script(&s) == NULL)
            continue;
        shrink(&s);
        print_message("seed %llu, shrunk:\n", (unsigned long long)seed);
        print_script(&s);
        fail_msg("%s", run_script(&s));
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_converge_and_nothing_is_lost),
    };

    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        script_count = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
