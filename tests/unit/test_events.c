#include "gateway/stream/events.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define EPOCH 0xabc

static void
put(struct events *c, const char *id, const char *json)
{
    struct events_look look = {.id = id,
                               .json = json,
                               .len = strlen(json),
                               .digest = (unsigned char)json[0]};

    assert_int_equal(events_put(c, &look), 0);
}

static void
an_event_has_a_name_an_id_and_a_line(void **unused)
{
    struct events c;
    const struct events_row *row;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "one", "{}");
    row = events_find(&c, "one");
    assert_non_null(row);
    assert_memory_equal(row->event->text,
                        "event: state\nid: abc-1\ndata: {}\n\n",
                        row->event->len);
    assert_memory_equal(row->event->text + row->line, "data: {}\n",
                        row->line_len);
    events_clear(&c);
}

static void
rows_stay_sorted_by_id_and_linked(void **unused)
{
    static const char *const ids[] = {"m", "c", "x", "a", "d", "z", "b"};
    struct events c;
    const struct events_row *row;
    size_t n = 0;

    (void)unused;
    events_init(&c, EPOCH);
    assert_null(events_first(&c));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        put(&c, ids[i], "{}");
    for (row = events_first(&c); row != NULL; row = row->next) {
        assert_true(row->next == NULL || strcmp(row->id, row->next->id) < 0);
        n++;
    }
    assert_int_equal(n, sizeof ids / sizeof *ids);
    assert_null(events_find(&c, "e"));
    events_clear(&c);
}

/* The order of change, newest first. */
static void
expect_order(const struct events *c, const char *ids)
{
    const struct events_row *row = c->newest;

    for (; *ids != '\0'; ids++) {
        assert_non_null(row);
        assert_int_equal(row->id[0], *ids);
        assert_true(row->older == NULL || row->older->newer == row);
        assert_true(row->older == NULL || row->older->number < row->number);
        row = row->older;
    }
    assert_null(row);
    assert_null(c->newest->newer);
}

static void
the_newest_change_is_first(void **unused)
{
    struct events c;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    put(&c, "b", "1");
    put(&c, "c", "1");
    expect_order(&c, "cba");
    put(&c, "c", "2");
    expect_order(&c, "cba");
    put(&c, "a", "2");
    expect_order(&c, "acb");
    put(&c, "c", "3");
    expect_order(&c, "cab");
    assert_int_equal(c.newest_number, 6);
    assert_int_equal(events_find(&c, "c")->count, 3);
    events_clear(&c);
}

static void
what_looks_the_same_is_not_new(void **unused)
{
    struct events c;

    (void)unused;
    events_init(&c, EPOCH);
    assert_true(events_is_new(&c, "a", '1'));
    put(&c, "a", "1");
    assert_false(events_is_new(&c, "a", '1'));
    assert_true(events_is_new(&c, "a", '2'));
    assert_true(events_is_new(&c, "b", '1'));
    events_clear(&c);
}

static void
an_event_that_is_being_sent_outlives_the_next(void **unused)
{
    struct events c;
    struct shared_text *kept;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    kept = shared_text_keep(events_find(&c, "a")->event);
    put(&c, "a", "2");
    assert_non_null(memmem(kept->text, kept->len, "data: 1", 7));
    events_clear(&c);
    assert_int_equal(kept->refs, 1);
    shared_text_drop(kept);
}

static void
an_id_is_read_back(void **unused)
{
    char id[EVENTS_ID_MAX];
    struct events c;
    uint64_t number = 77;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    put(&c, "a", "2");
    for (uint64_t i = 0; i <= 2; i++) {
        (void)events_format_id(id, &c, i);
        assert_int_equal(events_parse_id(&number, &c, id), 0);
        assert_int_equal(number, i);
    }
    events_clear(&c);
}

static void
ids_of_others_are_refused_and_leave_output_alone(void **unused)
{
    static const char *const ids[] = {
        "",        "-",      "abc",     "abc-",   "abc-3",
        "abc--1",  "abc-01", "abc-1 ",  " abc-1", "abd-1",
        "ABC-1",   "0abc-1", "abc-1-1", "-1",     "abc-+1",
        "abc-0x1", "abc-1a", "abc- 1",  "1",      "abc-18446744073709551617",
        "\xff-1",  "abc-1\n"};
    struct events c;
    uint64_t number = 77;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    put(&c, "a", "2");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_int_equal(events_parse_id(&number, &c, ids[i]), -EINVAL);
    assert_int_equal(number, 77);
    events_clear(&c);
}

static void
what_is_gone_is_swept_and_the_rest_stays_linked(void **unused)
{
    char old[EVENTS_ID_MAX];
    const struct events_row *row;
    struct events c;
    uint64_t number;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    put(&c, "b", "1");
    put(&c, "c", "1");
    put(&c, "d", "1");
    (void)events_format_id(old, &c, 4);
    events_find(&c, "b")->is_gone = true;
    events_find(&c, "d")->is_gone = true;
    events_sweep(&c);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.sweeps, 1);
    expect_order(&c, "ca");
    row = events_first(&c);
    assert_string_equal(row->next->id, "c");
    assert_null(row->next->next);
    /* Who knows only what was before must get the whole. */
    assert_int_equal(events_parse_id(&number, &c, old), -EINVAL);
    put(&c, "b", "2");
    expect_order(&c, "bca");
    (void)events_format_id(old, &c, 5);
    assert_int_equal(events_parse_id(&number, &c, old), 0);
    for (size_t i = 0; i < c.count; i++)
        c.rows[i]->is_gone = true;
    events_sweep(&c);
    assert_null(events_first(&c));
    assert_null(c.newest);
    events_clear(&c);
}

static void
a_beat_says_what_the_bus_is_like(void **unused)
{
    struct events c;

    (void)unused;
    events_init(&c, EPOCH);
    put(&c, "a", "1");
    c.is_bus_up = true;
    c.as_of_ms = 1234;
    assert_int_equal(events_beat(&c), 0);
    assert_memory_equal(c.beat->text,
                        "event: beat\ndata: {\"bus\":\"up\",\"engines\":1,"
                        "\"asOfMs\":1234}\n\n",
                        c.beat->len);
    assert_int_equal(c.beats, 1);
    c.is_bus_up = false;
    assert_int_equal(events_beat(&c), 0);
    assert_non_null(memmem(c.beat->text, c.beat->len, "\"down\"", 6));
    events_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_has_a_name_an_id_and_a_line),
        cmocka_unit_test(rows_stay_sorted_by_id_and_linked),
        cmocka_unit_test(the_newest_change_is_first),
        cmocka_unit_test(what_looks_the_same_is_not_new),
        cmocka_unit_test(an_event_that_is_being_sent_outlives_the_next),
        cmocka_unit_test(an_id_is_read_back),
        cmocka_unit_test(ids_of_others_are_refused_and_leave_output_alone),
        cmocka_unit_test(what_is_gone_is_swept_and_the_rest_stays_linked),
        cmocka_unit_test(a_beat_says_what_the_bus_is_like),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
