#include "gateway/siyuan/slots.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
numbers_take_their_places_and_the_length_follows(void **unused)
{
    static const struct slot since = {
        .kind = SLOTS_SINCE, .base = 40, .since_ms = 1000};
    static const struct slot wall = {.kind = SLOTS_WALL};
    struct slots_numbers numbers;
    struct slots s = {0};
    struct json_out w;
    char text[64], out[128];
    size_t len;

    (void)unused;
    json_out_init(&w, text, sizeof text);
    json_out_open(&w, '{');
    json_out_key(&w, "a");
    slots_put(&w, &s, &since);
    json_out_key(&w, "b");
    slots_put(&w, &s, &wall);
    json_out_key_uint(&w, "c", 0);
    json_out_close(&w, '}');
    len = slots_format(&s, w.len, &(struct slots_now){1300, 1795495875600},
                       &numbers);
    slots_fill(out, text, w.len, &s, &numbers);
    out[len] = '\0';
    assert_string_equal(out, "{\"a\":340,\"b\":1795495875600,\"c\":0}");
    /* The text is as it was: another moment, another answer. */
    len = slots_format(&s, w.len, &(struct slots_now){900, 7}, &numbers);
    slots_fill(out, text, w.len, &s, &numbers);
    out[len] = '\0';
    assert_string_equal(out, "{\"a\":40,\"b\":7,\"c\":0}");
    len = slots_format(&s, w.len, &(struct slots_now){0, UINT64_MAX}, &numbers);
    assert_int_equal(len, w.len + 1 + 19);
}

static void
a_text_without_slots_stays_as_it_is(void **unused)
{
    const struct slots s = {0};
    struct slots_numbers numbers;
    char out[4] = "###";

    (void)unused;
    assert_int_equal(slots_format(&s, 2, &(struct slots_now){1, 2}, &numbers),
                     2);
    slots_fill(out, "{}", 2, &s, &numbers);
    assert_string_equal(out, "{}#");
}

static void
what_is_sent_at_once_has_its_numbers_at_once(void **unused)
{
    static const struct slots_now now = {1300, 1795495875600};
    static const struct slot since = {
        .kind = SLOTS_SINCE, .base = 40, .since_ms = 1000};
    struct slots s = {.now = &now};
    struct json_out w;
    char text[64];

    (void)unused;
    json_out_init(&w, text, sizeof text - 1);
    json_out_open(&w, '[');
    for (size_t i = 0; i < SLOTS_MAX + 1; i++)
        slots_put(&w, &s, &since);
    json_out_close(&w, ']');
    text[w.len] = '\0';
    assert_string_equal(text, "[340,340,340,340]");
    assert_int_equal(s.count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_their_places_and_the_length_follows),
        cmocka_unit_test(what_is_sent_at_once_has_its_numbers_at_once),
        cmocka_unit_test(a_text_without_slots_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
