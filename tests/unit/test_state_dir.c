#include "services/sync-engine/state/state_dir.h"

#include "services/runtime/log.h"
#include "services/sync-engine/state/history.h"
#include "services/sync-engine/state/journal.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch folder;
static char path[PATH_MAX];

static int
setup(void **state)
{
    (void)state;
    log_init("test", LOG_ERROR, false);
    scratch_make(&folder);
    scratch_path(&folder, "a/b/state", path);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    scratch_remove(&folder);
    return 0;
}

static void
the_folder_is_made_for_the_owner_alone(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct stat st;

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    state_dir_close(&s);
    state_dir_close(&s);
}

static void
the_device_id_is_random_and_stays(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct state_dir other = STATE_DIR_NOTHING;
    char first[STATE_DIR_DEVICE_MAX];
    char elsewhere[PATH_MAX];

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    memcpy(first, s.device, sizeof first);
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    state_dir_close(&s);
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_string_equal(s.device, first);
    scratch_path(&folder, "other", elsewhere);
    assert_int_equal(state_dir_open(&other, elsewhere), 0);
    assert_string_not_equal(other.device, first);
    state_dir_close(&s);
    state_dir_close(&other);
}

static void
a_second_one_is_refused_while_the_first_lives(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct state_dir second = STATE_DIR_NOTHING;

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(state_dir_open(&second, path), -EBUSY);
    state_dir_close(&second);
    state_dir_close(&s);
    assert_int_equal(state_dir_open(&second, path), 0);
    state_dir_close(&second);
}

static void
a_damaged_device_id_is_refused(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;

    (void)state;
    scratch_write(&folder, "a/b/state/device-id", "machine", 0);
    assert_int_equal(state_dir_open(&s, path), -EINVAL);
    state_dir_close(&s);
}

static void
a_file_in_the_way_is_an_error(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;

    (void)state;
    scratch_write(&folder, "a/b", "file", 0);
    assert_int_equal(state_dir_open(&s, path), -ENOTDIR);
    state_dir_close(&s);
}

static void
a_journal_tells_the_last_step(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct journal j;
    struct journal found;

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(journal_load(&found, s.fd), JOURNAL_NONE);
    assert_int_equal(journal_begin(&j, s.fd, 17, 1700000000000, "upload"), 0);
    assert_int_equal(journal_load(&found, s.fd), 0);
    assert_int_equal(found.run, 17);
    assert_string_equal(found.step, "");
    assert_int_equal(journal_step(&j, "send-chunks"), 0);
    assert_int_equal(journal_load(&found, s.fd), 0);
    assert_int_equal(found.started_at_ms, 1700000000000);
    assert_string_equal(found.step, "send-chunks");
    assert_string_equal(found.direction, "upload");
    journal_end(&j);
    assert_int_equal(journal_load(&found, s.fd), JOURNAL_NONE);
    state_dir_close(&s);
}

static void
a_journal_of_garbage_is_an_interrupted_run(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct journal found;

    (void)state;
    scratch_write(&folder, "a/b/state/journal", "\x00\xff{", 0);
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(journal_load(&found, s.fd), 0);
    assert_int_equal(found.run, 0);
    scratch_write(&folder, "a/b/state/journal",
                  "{\"run\":\"x\",\"step\":7,\"started\":-1}", 0);
    assert_int_equal(journal_load(&found, s.fd), 0);
    assert_int_equal(found.run, 0);
    assert_int_equal(found.started_at_ms, 0);
    state_dir_close(&s);
}

static struct state_last
make_run(uint64_t n, bool ok)
{
    return (struct state_last){
        .run = n,
        .ok = ok,
        .code = "network",
        .why = "\"quoted\" \xc3\xa4",
        .at_ms = 1000 * n,
        .duration_ms = 12,
        .direction = "upload",
        .sent = {1, 2, 3},
        .received = {4, 5, 6},
        .upserts = 7,
        .removes = 8,
        .conflicts = 9,
    };
}

static void
a_run_is_read_back_field_by_field(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct history h;
    struct state_last run = make_run(41, false);

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(history_load(&h, s.fd), 0);
    assert_false(h.any);
    assert_int_equal(history_add(&h, &run), 0);
    assert_int_equal(history_load(&h, s.fd), 0);
    assert_true(h.any);
    assert_int_equal(h.last.run, 41);
    assert_false(h.last.ok);
    assert_string_equal(h.last.code, run.code);
    assert_string_equal(h.last.why, run.why);
    assert_int_equal(h.last.at_ms, run.at_ms);
    assert_int_equal(h.last.duration_ms, run.duration_ms);
    assert_string_equal(h.last.direction, run.direction);
    assert_memory_equal(&h.last.sent, &run.sent, sizeof run.sent);
    assert_memory_equal(&h.last.received, &run.received, sizeof run.sent);
    assert_int_equal(h.last.upserts, 7);
    assert_int_equal(h.last.removes, 8);
    assert_int_equal(h.last.conflicts, 9);
    assert_int_equal(h.synced_at_ms, 0);
    state_dir_close(&s);
}

static void
the_last_success_is_found_behind_failures(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct history h;

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(history_load(&h, s.fd), 0);
    for (uint64_t n = 1; n <= 5; n++) {
        struct state_last run = make_run(n, n == 2);

        assert_int_equal(history_add(&h, &run), 0);
    }
    assert_int_equal(h.synced_at_ms, 2000);
    assert_int_equal(history_load(&h, s.fd), 0);
    assert_int_equal(h.synced_at_ms, 2000);
    assert_int_equal(h.last.run, 5);
    assert_int_equal(h.lines, 5);
    state_dir_close(&s);
}

static void
a_thousand_runs_are_kept(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct history h;
    char *text;
    size_t len;

    (void)state;
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(history_load(&h, s.fd), 0);
    for (uint64_t n = 1; n <= HISTORY_MAX + 3; n++) {
        struct state_last run = make_run(n, true);

        assert_int_equal(history_add(&h, &run), 0);
    }
    assert_int_equal(history_load(&h, s.fd), 0);
    assert_int_equal(h.lines, HISTORY_MAX);
    assert_int_equal(h.last.run, HISTORY_MAX + 3);
    assert_int_equal(state_dir_read(s.fd, "runs.jsonl", 1 << 20, &text, &len),
                     0);
    assert_memory_equal(text, "{\"run\":4,", 9);
    free(text);
    state_dir_close(&s);
}

static void
lines_that_make_no_sense_are_skipped(void **state)
{
    struct state_dir s = STATE_DIR_NOTHING;
    struct history h;

    (void)state;
    scratch_write(
        &folder, "a/b/state/runs.jsonl",
        "{\"run\":3,\"ok\":true,\"ts\":5}\n{\"run\":\"x\"}\n\n[]\n{\"ru", 0);
    assert_int_equal(state_dir_open(&s, path), 0);
    assert_int_equal(history_load(&h, s.fd), 0);
    assert_int_equal(h.last.run, 3);
    assert_int_equal(h.synced_at_ms, 5);
    state_dir_close(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_folder_is_made_for_the_owner_alone),
        TEST(the_device_id_is_random_and_stays),
        TEST(a_second_one_is_refused_while_the_first_lives),
        TEST(a_damaged_device_id_is_refused),
        TEST(a_file_in_the_way_is_an_error),
        TEST(a_journal_tells_the_last_step),
        TEST(a_journal_of_garbage_is_an_interrupted_run),
        TEST(a_run_is_read_back_field_by_field),
        TEST(the_last_success_is_found_behind_failures),
        TEST(a_thousand_runs_are_kept),
        TEST(lines_that_make_no_sense_are_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
