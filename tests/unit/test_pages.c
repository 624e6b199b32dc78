#include "services/sync-engine/bus/pages.h"

#include "services/runtime/log.h"
#include "services/sync-engine/run/report.h"
#include "services/sync-engine/state/history.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scratch folder;
static struct history history;
static struct reply reply;
static int dir_fd;

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    dir_fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(history_load(&history, dir_fd), 0);
    return dir_fd >= 0 ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    close(dir_fd);
    scratch_remove(&folder);
    return 0;
}

/* A finished run that sent and met so many. */
static void
add_run(uint64_t run, size_t changes, size_t conflicts)
{
    struct report report = {0};
    struct state_last last = {.run = run,
                              .ok = true,
                              .direction = "both",
                              .sent = {.files = changes},
                              .conflicts = conflicts};
    char path[64];

    for (size_t i = 0; i < changes; i++) {
        (void)snprintf(path, sizeof path, "/run%u/%05zu", (unsigned)run, i);
        assert_int_equal(
            report_add_change(&report,
                              &(struct report_change){.kind = REPORT_SENT,
                                                      .path = path,
                                                      .size = (int64_t)i}),
            0);
    }
    for (size_t i = 0; i < conflicts; i++) {
        (void)snprintf(path, sizeof path, "/run%u/%05zu", (unsigned)run, i);
        assert_int_equal(
            report_add_conflict(&report,
                                &(struct report_conflict){.path = path,
                                                          .kind = "kind",
                                                          .winner = "cloud",
                                                          .kept = "kept"}),
            0);
    }
    assert_int_equal(report_save(&report, dir_fd, run), 0);
    report_clear(&report);
    assert_int_equal(history_add(&history, &last), 0);
}

static void
ask(const struct command *command)
{
    unsigned char wire[REPLY_WIRE_MAX];

    pages_answer(&reply, dir_fd, command);
    assert_true(reply_encode(&reply, wire, sizeof wire) > 0);
}

/* The next page of what command asked for; false at the end. */
static bool
go_on(struct command *command)
{
    command->after = reply.next;
    command->has |= COMMAND_HAS_AFTER;
    return (reply.has & REPLY_HAS_NEXT) != 0;
}

static void
before_the_first_run_lists_are_empty(void **state)
{
    (void)state;
    ask(&(struct command){.name = COMMAND_RUNS});
    assert_true(reply.ok && reply.rows == REPLY_RUNS && reply.count == 0);
    ask(&(struct command){.name = COMMAND_CONFLICTS});
    assert_true(reply.ok && reply.rows == REPLY_CONFLICTS && reply.count == 0);
    assert_int_equal(reply.has & REPLY_HAS_NEXT, 0);
}

static void
runs_come_newest_first_each_once(void **state)
{
    struct command command = {.name = COMMAND_RUNS};
    uint64_t expected = 120;

    (void)state;
    for (uint64_t run = 1; run <= 120; run++)
        add_run(run, 0, 0);
    do {
        ask(&command);
        assert_true(reply.count > 0);
        for (size_t i = 0; i < reply.count; i++)
            assert_int_equal(reply.runs[i].run, expected--);
        add_run(history.last.run + 1, 0, 0); /* meanwhile */
    } while (go_on(&command));
    assert_int_equal(expected, 0);
}

static void
a_line_half_written_is_no_run(void **state)
{
    (void)state;
    scratch_write(&folder, "runs.jsonl",
                  "{\"run\":1,\"ok\":true}\nnonsense\n{\"run\":2,\"ok\":tr", 0);
    ask(&(struct command){.name = COMMAND_RUNS});
    assert_int_equal(reply.count, 1);
    assert_int_equal(reply.runs[0].run, 1);
}

static void
changes_come_in_their_order_each_once(void **state)
{
    struct command command = {
        .name = COMMAND_CHANGES, .has = COMMAND_HAS_RUN, .run = 2};
    size_t expected = 0;
    char path[64];

    (void)state;
    add_run(1, 3, 0);
    add_run(2, 1000, 5);
    do {
        ask(&command);
        assert_true(reply.count > 0 && reply.rows == REPLY_CHANGES);
        for (size_t i = 0; i < reply.count; i++) {
            (void)snprintf(path, sizeof path, "/run2/%05zu", expected);
            assert_string_equal(reply_text(&reply, reply.changes[i].path),
                                path);
            assert_int_equal(reply.changes[i].size_bytes, expected++);
            assert_int_equal(reply.changes[i].kind, '>');
        }
    } while (go_on(&command));
    assert_int_equal(expected, 1000);
}

static void
a_run_that_did_nothing_has_an_empty_page(void **state)
{
    (void)state;
    add_run(1, 0, 0);
    ask(&(struct command){
        .name = COMMAND_CHANGES, .has = COMMAND_HAS_RUN, .run = 1});
    assert_true(reply.ok && reply.rows == REPLY_CHANGES && reply.count == 0);
}

static void
an_unknown_or_forgotten_run_is_not_found(void **state)
{
    static const uint64_t runs[] = {0, 1, 2000};

    (void)state;
    add_run(1, 1, 0);
    for (uint64_t run = 2; run <= 1 + REPORT_RUNS_MAX; run++)
        add_run(run, 0, 0); /* and the report of the first is gone */
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        ask(&(struct command){
            .name = COMMAND_CHANGES, .has = COMMAND_HAS_RUN, .run = runs[i]});
        assert_false(reply.ok);
        assert_string_equal(reply.code, "not-found");
    }
}

static void
an_after_of_the_operators_own_making_does_no_harm(void **state)
{
    static const uint64_t afters[] = {1, 17, 5000, UINT64_C(1) << 52};

    (void)state;
    add_run(1, 20, 2);
    for (size_t i = 0; i < sizeof afters / sizeof *afters; i++) {
        for (enum command_name name = COMMAND_RUNS; name < COMMAND_COUNT;
             name++) {
            ask(&(struct command){.name = name,
                                  .has = COMMAND_HAS_RUN | COMMAND_HAS_AFTER,
                                  .run = 1,
                                  .after = afters[i]});
            assert_true(reply.ok);
        }
    }
}

static void
conflicts_of_all_runs_come_newest_run_first_each_once(void **state)
{
    struct command command = {.name = COMMAND_CONFLICTS};
    uint64_t run = 4;
    size_t place = 0;
    char path[64];

    (void)state;
    add_run(1, 5, 130);
    add_run(2, 5, 0);
    add_run(3, 5, 1);
    add_run(4, 5, 70);
    do {
        ask(&command);
        assert_true(reply.count > 0 && reply.rows == REPLY_CONFLICTS);
        for (size_t i = 0; i < reply.count; i++) {
            if (place == (run == 4 ? 70 : run == 3 ? 1 : SIZE_MAX)) {
                run = run == 4 ? 3 : 1;
                place = 0;
            }
            (void)snprintf(path, sizeof path, "/run%u/%05zu", (unsigned)run,
                           place++);
            assert_int_equal(reply.conflicts[i].run, run);
            assert_string_equal(reply_text(&reply, reply.conflicts[i].path),
                                path);
            assert_string_equal(reply_text(&reply, reply.conflicts[i].kept),
                                "kept");
        }
    } while (go_on(&command));
    assert_int_equal(run, 1);
    assert_int_equal(place, 130);
}

static void
a_damaged_report_shows_what_can_be_read(void **state)
{
    (void)state;
    add_run(1, 2, 0);
    scratch_write(&folder, "changes/1.jsonl",
                  "[\"+\",\"/a\",1]\n\n[1,2,3]\n{}\ngarbage\n[\"-\",\"/b\"]\n"
                  "[\"~\",\"/c\",-5]\n[\"+\",\"/d",
                  0);
    ask(&(struct command){
        .name = COMMAND_CHANGES, .has = COMMAND_HAS_RUN, .run = 1});
    assert_int_equal(reply.count, 3);
    assert_string_equal(reply_text(&reply, reply.changes[2].path), "/c");
    assert_int_equal(reply.changes[2].size_bytes, 0);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(before_the_first_run_lists_are_empty),
        TEST(runs_come_newest_first_each_once),
        TEST(a_line_half_written_is_no_run),
        TEST(changes_come_in_their_order_each_once),
        TEST(a_run_that_did_nothing_has_an_empty_page),
        TEST(an_unknown_or_forgotten_run_is_not_found),
        TEST(an_after_of_the_operators_own_making_does_no_harm),
        TEST(conflicts_of_all_runs_come_newest_run_first_each_once),
        TEST(a_damaged_report_shows_what_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
