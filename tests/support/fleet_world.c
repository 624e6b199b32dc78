#include "tests/support/fleet_world.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#define SAME_EVERY_S 600LL /* times of writes of equal content */
#define ROUNDS       4     /* one to join, two to spread, one at rest */

struct fleet_text {
    const char *content;
    int64_t updated_ms;
};

static bool
is_used(const struct fleet_world *w, int64_t second)
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
fresh_ms(struct fleet_world *w, int64_t second)
{
    while (is_used(w, second))
        second++;
    assert_true(w->used_count < sizeof w->used_s / sizeof *w->used_s);
    w->used_s[w->used_count++] = second;
    return second * 1000 + second % 7 * 100;
}

static int64_t
device_time(const struct fleet_world *w, int device)
{
    return w->now_s + w->script->offset_s[device];
}

static struct fleet_device *
device_of(struct fleet_world *w, int device)
{
    return &w->fleet.devices[device];
}

/* ---- edits --------------------------------------------------------------- */

static void
write_file(struct fleet_world *w, int device, const char *path,
           const struct fleet_text *text)
{
    struct fleet_device *d = device_of(w, device);

    fleet_write(d, path, text->content, text->updated_ms);
    if (w->mirror.write != NULL) {
        w->mirror.write(w->mirror.ctx, device, file_list_find(&d->disk, path),
                        text->content);
    }
}

static void
write_same(struct fleet_world *w, const struct script_op *op)
{
    int64_t second = device_time(w, op->device);
    char text[32];

    second -= second % SAME_EVERY_S;
    (void)snprintf(text, sizeof text, "same%lld", (long long)second);
    /* devices differ by less than a second */
    write_file(
        w, op->device, script_paths[op->path],
        &(struct fleet_text){text, second * 1000 + op->device * INT64_C(300)});
}

static void
edit_file(struct fleet_world *w, const struct script_op *op)
{
    char text[32];

    (void)snprintf(text, sizeof text, "edit%u", op->content);
    write_file(
        w, op->device, script_paths[op->path],
        &(struct fleet_text){text, fresh_ms(w, device_time(w, op->device))});
}

static void
touch_file(struct fleet_world *w, const struct script_op *op)
{
    struct fleet_device *d = device_of(w, op->device);
    const char *path = script_paths[op->path];
    const struct file_record *f = file_list_find(&d->disk, path);

    fleet_touch(d, path, fresh_ms(w, device_time(w, op->device)));
    if (w->mirror.touch != NULL && f != NULL)
        w->mirror.touch(w->mirror.ctx, op->device, f);
}

static void
remove_file(struct fleet_world *w, const struct script_op *op)
{
    struct fleet_device *d = device_of(w, op->device);
    const char *path = script_paths[op->path];

    if (w->mirror.remove != NULL && file_list_find(&d->disk, path) != NULL)
        w->mirror.remove(w->mirror.ctx, op->device, path);
    fleet_remove(d, path);
}

static void
rename_file(struct fleet_world *w, const struct script_op *op)
{
    struct fleet_device *d = device_of(w, op->device);
    const char *from = script_paths[op->path];
    const struct file_record *f = file_list_find(&d->disk, from);
    struct file_record moved;

    if (f == NULL || op->path == op->other)
        return;
    moved = *f;
    moved.path = script_paths[op->other];
    moved.updated = fresh_ms(w, f->updated / 1000); /* it keeps its age */
    assert_int_equal(oid_of_file(&moved.id, moved.path, moved.updated), 0);
    fleet_remove(d, from);
    fleet_remove(d, moved.path);
    assert_int_equal(file_list_add(&d->disk, &moved), 0);
    file_list_sort(&d->disk);
    if (w->mirror.move != NULL)
        w->mirror.move(w->mirror.ctx, op->device, from, &moved);
}

/* No device is ever without a file: that is another error. */
static void
keep_marker(struct fleet_world *w, int device)
{
    char path[] = "/keep/A";

    path[sizeof path - 2] = (char)('A' + device);
    if (file_list_find(&device_of(w, device)->disk, path) == NULL) {
        write_file(
            w, device, path,
            &(struct fleet_text){"kept", fresh_ms(w, device_time(w, device))});
    }
}

/* ---- syncs --------------------------------------------------------------- */

static const char *
sync_once(struct fleet_world *w, int device, enum fleet_direction direction)
{
    const char *broken;

    (void)fleet_sync(&w->fleet, device, direction, &w->result, &broken);
    if (broken == NULL && w->mirror.sync != NULL)
        broken = w->mirror.sync(w->mirror.ctx, w, device, direction);
    return broken;
}

static const char *
sync_device(struct fleet_world *w, int device, enum fleet_direction direction)
{
    if (device_of(w, device)->latest.id != 0 || !w->script->blank[device])
        keep_marker(w, device);
    return sync_once(w, device, direction);
}

static bool
is_quiet(const struct fleet_result *r)
{
    return r->upserts + r->removes + r->conflicts + r->history == 0 &&
           !r->published;
}

static const char *
sync_twice(struct fleet_world *w, int device)
{
    const char *broken = sync_device(w, device, FLEET_BOTH);

    if (broken == NULL)
        broken = sync_once(w, device, FLEET_BOTH);
    if (broken == NULL && !is_quiet(&w->result))
        broken = "a sync after a sync has something to do";
    return broken;
}

static void
run_edit(struct fleet_world *w, const struct script_op *op)
{
    switch (op->kind) {
    case SCRIPT_EDIT:
        edit_file(w, op);
        break;
    case SCRIPT_SAME:
        write_same(w, op);
        break;
    case SCRIPT_TOUCH:
        touch_file(w, op);
        break;
    case SCRIPT_REMOVE:
        remove_file(w, op);
        break;
    default:
        rename_file(w, op);
        break;
    }
}

static const char *
run_op(struct fleet_world *w, const struct script_op *op)
{
    bool is_blank = device_of(w, op->device)->latest.id == 0 &&
                    w->script->blank[op->device];

    w->now_s += op->wait_s;
    switch (op->kind) {
    case SCRIPT_SYNC:
        return sync_twice(w, op->device);
    case SCRIPT_DOWNLOAD:
        return sync_device(w, op->device, FLEET_DOWNLOAD);
    case SCRIPT_UPLOAD:
        return sync_device(w, op->device, FLEET_UPLOAD);
    default:
        if (!is_blank)
            run_edit(w, op);
        return NULL;
    }
}

static const char *
come_to_rest(struct fleet_world *w)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < FLEET_DEVICES; i++) {
            const char *broken = sync_device(w, i, FLEET_BOTH);

            if (broken != NULL)
                return broken;
            if (round == ROUNDS - 1 && !is_quiet(&w->result))
                return "the fleet does not come to rest";
        }
    }
    for (int i = 0; i < FLEET_DEVICES; i++) {
        if (!fleet_is_equal(&device_of(w, i)->disk, &w->fleet.cloud.files))
            return "a device is not what the store has";
    }
    return NULL;
}

const char *
fleet_world_run(struct fleet_world *w)
{
    const char *broken = NULL;

    w->now_s = FILES_EPOCH_MS / 1000;
    for (size_t i = 0; broken == NULL && i < w->script->count; i++)
        broken = run_op(w, &w->script->ops[i]);
    if (broken == NULL)
        broken = come_to_rest(w);
    return broken;
}
