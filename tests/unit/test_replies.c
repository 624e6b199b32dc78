#include "services/sync-engine/bus/replies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct replies replies;

static int
teardown(void **state)
{
    (void)state;
    replies_clear(&replies);
    return 0;
}

static const char *
id_of(size_t number)
{
    static char id[COMMAND_ID_MAX];

    (void)snprintf(id, sizeof id, "%032zx", number);
    return id;
}

static void
a_reply_is_repeated_byte_for_byte(void **state)
{
    char data[] = "first \0 reply";
    const struct replies_entry *found;

    (void)state;
    assert_null(replies_find(&replies, id_of(1)));
    assert_int_equal(replies_add(&replies, id_of(1), data, sizeof data), 0);
    assert_int_equal(replies_add(&replies, id_of(2), "other", 5), 0);
    data[0] = 'F'; /* it is a copy */
    found = replies_find(&replies, id_of(1));
    assert_non_null(found);
    assert_int_equal(found->len, sizeof data);
    assert_memory_equal(found->data, "first \0 reply", sizeof data);
    assert_null(replies_find(&replies, id_of(3)));
}

static void
the_last_ones_are_remembered_and_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPLIES_MAX; i++)
        assert_int_equal(replies_add(&replies, id_of(i), &i, sizeof i), 0);
    for (size_t i = 0; i < REPLIES_MAX; i++) {
        const struct replies_entry *found = replies_find(&replies, id_of(i));

        assert_non_null(found);
        assert_memory_equal(found->data, &i, sizeof i);
    }
    assert_int_equal(replies_add(&replies, id_of(REPLIES_MAX), "x", 1), 0);
    assert_null(replies_find(&replies, id_of(0)));
    assert_non_null(replies_find(&replies, id_of(1)));
    assert_non_null(replies_find(&replies, id_of(REPLIES_MAX)));
}

static void
nothing_is_found_in_what_was_cleared(void **state)
{
    (void)state;
    assert_int_equal(replies_add(&replies, id_of(7), "", 0), 0);
    assert_non_null(replies_find(&replies, id_of(7)));
    replies_clear(&replies);
    assert_null(replies_find(&replies, id_of(7)));
    /* An entry never used is not the request of zeros. */
    assert_null(replies_find(&replies, id_of(0)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_reply_is_repeated_byte_for_byte, teardown),
        cmocka_unit_test_teardown(the_last_ones_are_remembered_and_no_more,
                                  teardown),
        cmocka_unit_test_teardown(nothing_is_found_in_what_was_cleared,
                                  teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
