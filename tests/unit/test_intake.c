#include "services/bus-client/intake.h"

#include "services/runtime/log.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NONCE_TOPIC "sb1/z/0123456789abcdef/"

static const struct intake_now now = {.boot_ms = 5000, .wall_ms = 9000};
static struct mirror *mirror;
static struct follower follower;
static struct intake in;
static unsigned char beat_bytes[BEAT_WIRE_MAX], state_bytes[STATE_WIRE_MAX],
    verdict_bytes[VERDICT_WIRE_MAX];

static int
set_up(void **unused)
{
    (void)unused;
    log_init("test", LOG_ERROR, false);
    in = (struct intake){.follower = &follower, .name = "test"};
    follower_start(&follower, 5000, 0);
    intake_expect(&in, NONCE_TOPIC);
    if (mirror_new(&mirror) != 0)
        return -1;
    in.mirror = mirror;
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    mirror_free(mirror);
    return 0;
}

static struct intake_frame
frame_of(const char *text)
{
    return (struct intake_frame){text, strlen(text)};
}

static struct intake_frame
beat_frame(uint64_t epoch, uint64_t part, uint64_t parts)
{
    struct beat b = {.epoch_us = epoch, .part = part, .parts = parts};
    int len = beat_encode(&b, beat_bytes, sizeof beat_bytes);

    assert_true(len > 0);
    return (struct intake_frame){beat_bytes, (size_t)len};
}

static void
fill_row(struct intake_frame row[INTAKE_ROW_FRAMES], const char *topic,
         uint64_t relay)
{
    struct state s = {.minor = 1, .seq = 1, .name = STATE_IDLE};
    struct verdict v = {.hub = "h", .hub_epoch = 1, .relay = relay};
    int state_len = state_encode(&s, state_bytes, sizeof state_bytes);
    int verdict_len = verdict_encode(&v, verdict_bytes, sizeof verdict_bytes);

    assert_true(state_len > 0 && verdict_len > 0);
    row[0] = frame_of(topic);
    row[1] = (struct intake_frame){state_bytes, (size_t)state_len};
    row[2] = (struct intake_frame){verdict_bytes, (size_t)verdict_len};
}

static bool
take_part(const char *topic, uint64_t part, uint64_t parts, const char *engine)
{
    struct intake_frame frames[2] = {frame_of(topic),
                                     beat_frame(1, part, parts)};
    struct intake_frame row[INTAKE_ROW_FRAMES];
    struct beat head;

    if (!intake_begin_part(&in, frames, &head, &now))
        return false;
    fill_row(row, engine, 1);
    intake_row(&in, row, &now);
    intake_end_part(&in, &head, &now);
    return true;
}

static size_t
known(void)
{
    size_t count = mirror_lock(mirror)->count;

    mirror_unlock(mirror);
    return count;
}

static bool
has_snapshot(void)
{
    bool has = mirror_lock(mirror)->has_snapshot;

    mirror_unlock(mirror);
    return has;
}

static void
a_snapshot_in_two_parts_is_ready_after_the_second(void **unused)
{
    (void)unused;
    assert_true(take_part(NONCE_TOPIC, 1, 2, "sb1/s/a/"));
    assert_false(has_snapshot());
    assert_true(follower.is_waiting);
    assert_true(take_part(NONCE_TOPIC, 2, 2, "sb1/s/b/"));
    assert_true(has_snapshot());
    assert_false(follower.is_waiting);
    assert_int_equal(known(), 2);
}

static void
a_snapshot_with_a_hole_is_never_ready(void **unused)
{
    (void)unused;
    assert_true(take_part(NONCE_TOPIC, 1, 3, "sb1/s/a/"));
    assert_false(take_part(NONCE_TOPIC, 3, 3, "sb1/s/c/"));
    assert_false(has_snapshot());
    assert_true(follower.is_waiting);
}

static void
an_answer_to_an_earlier_question_is_ignored(void **unused)
{
    (void)unused;
    assert_false(take_part("sb1/z/fedcba9876543210/", 1, 1, "sb1/s/a/"));
    assert_int_equal(known(), 0);
    assert_int_equal(in.refused, 0);
}

static void
a_live_message_with_a_gap_asks_again(void **unused)
{
    struct intake_frame row[INTAKE_ROW_FRAMES];

    (void)unused;
    assert_true(take_part(NONCE_TOPIC, 1, 1, "sb1/s/a/"));
    fill_row(row, "sb1/s/a/", 2);
    intake_state(&in, row, &now);
    assert_int_equal(follower.ask_at_ms, 0);
    fill_row(row, "sb1/s/a/", 4);
    intake_state(&in, row, &now);
    assert_true(follower.ask_at_ms != 0);
}

static void
a_beat_of_another_hub_asks_again(void **unused)
{
    struct intake_frame frame = beat_frame(1, 0, 0);

    (void)unused;
    assert_true(take_part(NONCE_TOPIC, 1, 1, "sb1/s/a/"));
    frame = beat_frame(1, 0, 0);
    intake_beat(&in, &frame, &now);
    assert_int_equal(follower.ask_at_ms, 0);
    frame = beat_frame(2, 0, 0);
    intake_beat(&in, &frame, &now);
    assert_true(follower.ask_at_ms != 0);
}

static void
what_cannot_be_read_is_counted_and_changes_nothing(void **unused)
{
    struct intake_frame row[INTAKE_ROW_FRAMES], bad = frame_of("\xc1");
    struct intake_frame head[2] = {frame_of(NONCE_TOPIC), bad};
    struct beat unused_head;

    (void)unused;
    intake_beat(&in, &bad, &now);
    assert_int_equal(in.refused, 1);
    assert_false(intake_begin_part(&in, head, &unused_head, &now));
    assert_int_equal(in.refused, 2);
    for (size_t i = 0; i < INTAKE_ROW_FRAMES; i++) {
        fill_row(row, "sb1/s/a/", 1);
        row[i] = bad;
        intake_state(&in, row, &now);
        intake_row(&in, row, &now);
        assert_int_equal(in.refused, 4 + 2 * i);
    }
    fill_row(row, "sb1/h/a/", 1); /* a topic, but of no engine */
    intake_row(&in, row, &now);
    assert_int_equal(in.refused, 9);
    assert_int_equal(known(), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_snapshot_in_two_parts_is_ready_after_the_second),
        TEST(a_snapshot_with_a_hole_is_never_ready),
        TEST(an_answer_to_an_earlier_question_is_ignored),
        TEST(a_live_message_with_a_gap_asks_again),
        TEST(a_beat_of_another_hub_asks_again),
        TEST(what_cannot_be_read_is_counted_and_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
