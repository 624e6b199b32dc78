/*
 * The 32 scenarios of section 9 of the format, as the decisions see them:
 * three devices that were one, a store, and what each sync must do.
 *
 * A scenario is lines of text:
 *   seed FILE...            the files of all devices, at the last sync
 *   A write FILE            "/path:content@minute"
 *   A remove PATH
 *   A sync U/R/C            both ways; upserts, removes, conflicts
 *   A download U/R/C        the cloud wins
 * and, of the sync before:
 *   A conflict KIND WINNER COPIES   "remove/upsert": removed here, there not
 *   A history FILE...       the copies made, without their times; "-": none
 * and at any time:
 *   A has PATH:CONTENT
 *   A lacks PATH
 *   cloud lost | cloud found
 *   equal                   all devices and the store
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

#define LINES_MAX 16

struct scenario {
    const char *name;
    const char *lines[LINES_MAX];
};

static const struct scenario SCENARIOS[] = {
    {"1 remote update",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0", "B sync 1/0/0",
      "B has /doc:a", "B history -"}},
    {"2 independent edits",
     {"seed /a:a@0 /b:b@0", "A write /a:a1@10", "A sync 0/0/0",
      "B write /b:b1@11", "B sync 1/0/0", "B has /a:a1", "B has /b:b1",
      "A sync 1/0/0", "A has /a:a1", "A has /b:b1"}},
    {"3 the same file diverges",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B write /doc:b@11", "B sync 0/0/1", "B conflict upsert/upsert local 1",
      "B history /doc:a", "B has /doc:b"}},
    /* 4 and 5 fetch objects ahead of time, which decides nothing */
    {"4 as 3, objects fetched before the snapshot",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B write /doc:b@11", "B sync 0/0/1", "B conflict upsert/upsert local 1",
      "B history /doc:a", "B has /doc:b", "B sync 0/0/0"}},
    {"5 as 3, objects fetched after the snapshot",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B write /doc:b@11", "B sync 0/0/1", "B conflict upsert/upsert local 1",
      "B history /doc:a", "B has /doc:b", "A sync 1/0/0", "A has /doc:b"}},
    {"6 the same new path",
     {"seed /anchor:x@0", "A write /new:a@10", "A sync 0/0/0",
      "B write /new:b@11", "B sync 0/0/1", "B conflict upsert/upsert local 1",
      "B history /new:a", "B has /new:b"}},
    {"7 the same new content at another time",
     {"seed /doc:base@0", "A write /doc:same@10", "A sync 0/0/0",
      "B write /doc:same@11", "B sync 0/0/0", "B history -"}},
    {"8 the same path created with the same content at another time",
     {"seed /anchor:x@0", "A write /new:same@10", "A sync 0/0/0",
      "B write /new:same@11", "B sync 0/0/0", "B history -"}},
    {"9 remote delete",
     {"seed /keep:k@0 /delete:d@0", "A remove /delete", "A sync 0/0/0",
      "B sync 0/1/0", "B lacks /delete", "B has /keep:k"}},
    {"10 remote delete against local edit",
     {"seed /shared:s@0 /anchor:x@0", "A remove /shared", "A sync 0/0/0",
      "B write /shared:b@10", "B sync 0/0/1",
      "B conflict upsert/remove local 0", "B history /shared:b",
      "B has /shared:b", "A sync 1/0/0", "A has /shared:b"}},
    {"11 the same content at the same time",
     {"seed /doc:base@0", "A write /doc:same@10", "A sync 0/0/0",
      "B write /doc:same@10", "B sync 0/0/0", "B history -"}},
    {"12 local delete against remote edit",
     {"seed /doc:base@0 /anchor:x@0", "A write /doc:a@10", "A sync 0/0/0",
      "B remove /doc", "B sync 0/0/1", "B conflict remove/upsert local 1",
      "B history /doc:a", "B lacks /doc", "A sync 0/1/0", "A lacks /doc"}},
    {"13 both delete",
     {"seed /doc:base@0 /anchor:x@0", "A remove /doc", "A sync 0/0/0",
      "B remove /doc", "B sync 0/0/0", "A sync 0/0/0", "A lacks /doc",
      "B lacks /doc"}},
    {"14 rename",
     {"seed /old:o@0 /anchor:x@0", "A remove /old", "A write /new:o@10",
      "A sync 0/0/0", "B sync 1/1/0", "B lacks /old", "B has /new:o"}},
    {"15 three clients",
     {"seed /a:a@0 /b:b@0 /c:c@0", "A write /a:a1@10", "A sync 0/0/0",
      "B write /b:b1@11", "B sync 1/0/0", "C sync 2/0/0", "A sync 1/0/0",
      "B sync 0/0/0", "equal", "C has /a:a1", "C has /b:b1"}},
    {"16 older local against newer cloud",
     {"seed /doc:base@0", "B write /doc:b@20", "B sync 0/0/0",
      "A write /doc:a@10", "A sync 1/0/1", "A conflict upsert/upsert cloud 1",
      "A history /doc:a", "A has /doc:b", "B sync 0/0/0"}},
    {"17 stale local against unchanged cloud",
     {"seed /doc:base@0", "A write /doc:stale@-10", "A sync 1/0/0",
      "A history /doc:stale", "A has /doc:base"}},
    {"18 stale cloud against newer local metadata",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B write /doc:base@20", "B sync 0/0/0", "B history /doc:a",
      "B has /doc:base", "A sync 1/0/0", "A has /doc:base"}},
    {"19 the cloud's latest is deleted",
     {"seed /doc:base@0", "cloud lost", "A sync 0/0/0", "cloud found",
      "A has /doc:base"}},

    {"20 download: already current", {"seed /doc:base@0", "B download 0/0/0"}},
    {"21 download: remote create",
     {"seed /anchor:x@0", "A write /new:a@10", "A sync 0/0/0",
      "B download 1/0/0", "B has /new:a"}},
    {"22 download: remote update",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B download 1/0/0", "B has /doc:a"}},
    {"23 download: remote delete",
     {"seed /keep:k@0 /delete:d@0", "A remove /delete", "A sync 0/0/0",
      "B download 0/1/0", "B lacks /delete"}},
    {"24 download: remote rename",
     {"seed /old:o@0 /anchor:x@0", "A remove /old", "A write /new:o@10",
      "A sync 0/0/0", "B download 1/1/0", "B has /new:o", "B lacks /old"}},
    {"25 download: remote update, another local edit",
     {"seed /remote:r@0 /local:l@0", "A write /remote:a@10", "A sync 0/0/0",
      "B write /local:b@11", "B download 2/0/1", "B has /remote:a",
      "B has /local:l", "B history /local:b"}},
    {"26 download: remote delete, another local edit",
     {"seed /remote:r@0 /local:l@0", "A remove /remote", "A sync 0/0/0",
      "B write /local:b@11", "B download 1/1/1", "B lacks /remote",
      "B has /local:l", "B history /local:b"}},
    {"27 download: both update",
     {"seed /doc:base@0", "A write /doc:a@10", "A sync 0/0/0",
      "B write /doc:b@11", "B download 1/0/1",
      "B conflict upsert/upsert cloud 1", "B has /doc:a", "B history /doc:b"}},
    {"28 download: remote delete against local update",
     {"seed /doc:base@0 /anchor:x@0", "A remove /doc", "A sync 0/0/0",
      "B write /doc:b@11", "B download 0/1/1",
      "B conflict upsert/remove cloud 1", "B lacks /doc", "B history /doc:b"}},
    {"29 download: remote update against local delete",
     {"seed /doc:base@0 /anchor:x@0", "A write /doc:a@10", "A sync 0/0/0",
      "B remove /doc", "B download 1/0/0", "B has /doc:a", "B history -"}},
    {"30 download: both create the same path",
     {"seed /anchor:x@0", "A write /new:a@10", "A sync 0/0/0",
      "B write /new:b@11", "B download 1/0/1", "B has /new:a",
      "B history /new:b"}},
    {"31 download: the same content at another time (a known conflict)",
     {"seed /doc:base@0", "A write /doc:same@10", "A sync 0/0/0",
      "B write /doc:same@11", "B download 1/0/1",
      "B conflict upsert/upsert cloud 1", "B history /doc:same"}},
    {"32 download: edits of different parts (a known conflict)",
     {"seed /doc:one+two@0", "A write /doc:one'+two@10", "A sync 0/0/0",
      "B write /doc:one+two'@11", "B download 1/0/1", "B has /doc:one'+two",
      "B history /doc:one+two'"}},
};

struct stage {
    const struct scenario *scenario;
    const char *line;
    struct fleet fleet;
    struct fleet_result last;
};

static void
complain(const struct stage *s, const char *what)
{
    fail_msg("%s: \"%s\": %s", s->scenario->name, s->line, what);
}

/* The harness of the original: one device syncs, the others are its copies. */
static void
seed(struct stage *s, const char *files)
{
    struct fleet *f = &s->fleet;
    struct fleet_device *first = &f->devices[0];
    const char *broken;

    files_read(&first->disk, files);
    assert_int_equal(fleet_sync(f, 0, FLEET_BOTH, &s->last, &broken), 0);
    for (int i = 1; i < FLEET_DEVICES; i++) {
        struct fleet_device *d = &f->devices[i];

        fleet_copy(&d->disk, &first->disk);
        fleet_copy(&d->latest.files, &first->latest.files);
        fleet_copy(&d->base.files, &first->base.files);
        d->latest.id = first->latest.id;
        d->base.id = first->base.id;
    }
}

static void
write_file(struct stage *s, struct fleet_device *d, const char *text)
{
    struct file_list l;

    (void)s;
    files_read(&l, text);
    fleet_remove(d, l.files[0].path);
    assert_int_equal(file_list_add(&d->disk, &l.files[0]), 0);
    file_list_sort(&d->disk);
    file_list_clear(&l);
}

static void
run_sync(struct stage *s, int number, enum fleet_direction direction,
         const char *counts)
{
    char found[64];
    const char *broken;

    assert_int_equal(
        fleet_sync(&s->fleet, number, direction, &s->last, &broken), 0);
    if (broken != NULL)
        complain(s, broken);
    (void)snprintf(found, sizeof found, "%zu/%zu/%zu", s->last.upserts,
                   s->last.removes, s->last.conflicts);
    if (strcmp(found, counts) != 0)
        complain(s, found);
}

static void
check_conflict(struct stage *s, const char *expected)
{
    static const char *const KINDS[] = {
        [DECIDE_NO_CONFLICT] = "none",
        [DECIDE_LOCAL_REMOVE_CLOUD_UPSERT] = "remove/upsert",
        [DECIDE_LOCAL_UPSERT_CLOUD_REMOVE] = "upsert/remove",
        [DECIDE_LOCAL_UPSERT_CLOUD_UPSERT] = "upsert/upsert",
    };
    char found[64];

    (void)snprintf(found, sizeof found, "%s %s %zu", KINDS[s->last.kind],
                   decide_side_name(s->last.winner), s->last.copies);
    if (strcmp(found, expected) != 0)
        complain(s, found);
}

/* "/path:content" as a record at minute 0. */
static void
read_version(struct file_list *l, const char *text)
{
    char file[256];

    (void)snprintf(file, sizeof file, "%s@0", text);
    files_read(l, file);
}

static void
check_history(struct stage *s, const struct fleet_device *d,
              const char *expected)
{
    const struct file_record *copy;
    struct file_list l;

    if (strcmp(expected, "-") == 0) {
        if (s->last.history != 0)
            complain(s, "there are copies");
        return;
    }
    if (s->last.history != 1 || d->history.files == NULL) {
        complain(s, "not exactly one copy");
        return;
    }
    copy = &d->history.files[d->history.count - 1];
    read_version(&l, expected);
    if (strcmp(copy->path, l.files[0].path) != 0 ||
        !decide_same(copy, &l.files[0]))
        complain(s, copy->path);
    file_list_clear(&l);
}

static void
check_file(struct stage *s, const struct fleet_device *d, const char *expected)
{
    struct file_list l;

    read_version(&l, expected);
    if (!decide_same(file_list_find(&d->disk, l.files[0].path), &l.files[0]))
        complain(s, "it has not");
    file_list_clear(&l);
}

static void
check_equal(struct stage *s)
{
    for (int i = 0; i < FLEET_DEVICES; i++) {
        if (!fleet_is_equal(&s->fleet.devices[i].disk, &s->fleet.cloud.files))
            complain(s, "they are not");
    }
}

static void
run_device_line(struct stage *s, int number, const char *verb, const char *rest)
{
    struct fleet_device *d = &s->fleet.devices[number];

    if (strcmp(verb, "write") == 0) {
        write_file(s, d, rest);
    } else if (strcmp(verb, "remove") == 0) {
        fleet_remove(d, rest);
    } else if (strcmp(verb, "sync") == 0) {
        run_sync(s, number, FLEET_BOTH, rest);
    } else if (strcmp(verb, "download") == 0) {
        run_sync(s, number, FLEET_DOWNLOAD, rest);
    } else if (strcmp(verb, "conflict") == 0) {
        check_conflict(s, rest);
    } else if (strcmp(verb, "history") == 0) {
        check_history(s, d, rest);
    } else if (strcmp(verb, "has") == 0) {
        check_file(s, d, rest);
    } else if (strcmp(verb, "lacks") != 0) {
        complain(s, "no such verb");
    } else if (file_list_find(&d->disk, rest) != NULL) {
        complain(s, "it has it");
    }
}

static void
run_line(struct stage *s)
{
    char verb[16] = "";
    int rest = 0;

    if (strncmp(s->line, "seed ", 5) == 0) {
        seed(s, s->line + 5);
    } else if (strcmp(s->line, "cloud lost") == 0) {
        fleet_lose_cloud(&s->fleet);
    } else if (strcmp(s->line, "cloud found") == 0) {
        if (s->fleet.cloud.id == 0)
            complain(s, "it is not");
    } else if (strcmp(s->line, "equal") == 0) {
        check_equal(s);
    } else {
        assert_int_equal(sscanf(s->line, "%*c %15s %n", verb, &rest), 1);
        run_device_line(s, s->line[0] - 'A', verb, s->line + rest);
    }
}

static void
every_scenario_ends_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SCENARIOS / sizeof *SCENARIOS; i++) {
        struct stage s = {.scenario = &SCENARIOS[i]};

        for (size_t n = 0; n < LINES_MAX && s.scenario->lines[n] != NULL; n++) {
            s.line = s.scenario->lines[n];
            run_line(&s);
        }
        fleet_clear(&s.fleet);
    }
}

static void
there_are_thirty_two(void **state)
{
    (void)state;
    assert_int_equal(sizeof SCENARIOS / sizeof *SCENARIOS, 32);
    for (int i = 0; i < 32; i++)
        assert_int_equal(strtol(SCENARIOS[i].name, NULL, 10), i + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_thirty_two),
        cmocka_unit_test(every_scenario_ends_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
