/* Tests of gateway/http/session_table.c. */
#include "gateway/http/session_table.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW UINT64_C(5000000)

static struct session_table table;
static char id[SESSION_TABLE_ID_MAX];

static int
set_up(void **unused)
{
    (void)unused;
    memset(&table, 0, sizeof table);
    return 0;
}

/* A session whose id is number, in id. */
static void
add(unsigned number, enum auth_role role, bool is_long, uint64_t now_ms)
{
    unsigned char random[SESSION_TABLE_BYTES] = {0};

    memcpy(random, &number, sizeof number);
    random[31] = 7;
    session_table_add(&table, role, is_long, random, now_ms);
    session_table_format(id, random);
}

static enum auth_role
find(uint64_t now_ms)
{
    return session_table_find(&table, id, strlen(id), now_ms);
}

static void
who_logged_in_is_known_with_his_role(void **unused)
{
    (void)unused;
    add(1, AUTH_READER, false, NOW);
    assert_int_equal(find(NOW), AUTH_READER);
    add(2, AUTH_ADMIN, false, NOW);
    assert_int_equal(find(NOW), AUTH_ADMIN);
    assert_int_equal(strlen(id), 64);
}

static void
what_is_no_id_is_nobody(void **unused)
{
    char other[SESSION_TABLE_ID_MAX];

    (void)unused;
    add(1, AUTH_ADMIN, false, NOW);
    for (size_t i = 0; i < 64; i++) {
        memcpy(other, id, sizeof other);
        other[i] = other[i] == '0' ? '1' : '0';
        assert_int_equal(session_table_find(&table, other, 64, NOW),
                         AUTH_ANYBODY);
    }
    assert_int_equal(session_table_find(&table, id, 63, NOW), AUTH_ANYBODY);
    assert_int_equal(session_table_find(&table, "", 0, NOW), AUTH_ANYBODY);
    memset(other, 'x', 64);
    assert_int_equal(session_table_find(&table, other, 64, NOW), AUTH_ANYBODY);
}

/* An entry that is free has an id of zeros, which anybody can guess. */
static void
a_free_place_is_no_session(void **unused)
{
    (void)unused;
    memset(id, '0', 64);
    id[64] = '\0';
    assert_int_equal(find(NOW), AUTH_ANYBODY);
    assert_int_equal(find(0), AUTH_ANYBODY);
}

static void
a_day_without_use_ends_it(void **unused)
{
    uint64_t at = NOW;

    (void)unused;
    add(1, AUTH_ADMIN, false, at);
    for (int i = 0; i < 40; i++) {
        at += SESSION_TABLE_IDLE_MS - 1;
        assert_int_equal(find(at), AUTH_ADMIN);
    }
    assert_int_equal(find(at + SESSION_TABLE_IDLE_MS), AUTH_ANYBODY);
    assert_int_equal(find(at), AUTH_ANYBODY); /* for good */
}

static void
a_remembered_one_ends_after_thirty_days_whatever_happens(void **unused)
{
    (void)unused;
    add(1, AUTH_ADMIN, true, NOW);
    assert_int_equal(find(NOW + SESSION_TABLE_LONG_MS / 2), AUTH_ADMIN);
    assert_int_equal(find(NOW + SESSION_TABLE_LONG_MS - 1), AUTH_ADMIN);
    assert_int_equal(find(NOW + SESSION_TABLE_LONG_MS), AUTH_ANYBODY);
}

static void
who_logs_out_is_out(void **unused)
{
    char first[SESSION_TABLE_ID_MAX];

    (void)unused;
    add(1, AUTH_ADMIN, true, NOW);
    memcpy(first, id, sizeof first);
    add(2, AUTH_ADMIN, true, NOW);
    session_table_remove(&table, first, 64);
    assert_int_equal(session_table_find(&table, first, 64, NOW), AUTH_ANYBODY);
    assert_int_equal(find(NOW), AUTH_ADMIN);
    session_table_remove(&table, "nonsense", 8);
    assert_int_equal(find(NOW), AUTH_ADMIN);
}

static void
when_it_is_full_the_one_unused_for_longest_goes(void **unused)
{
    char first[SESSION_TABLE_ID_MAX];

    (void)unused;
    for (unsigned i = 0; i < SESSION_TABLE_ENTRIES; i++) {
        add(i, AUTH_ADMIN, true, NOW + i);
        if (i == 0)
            memcpy(first, id, sizeof first);
    }
    /* The first is used again: the second goes. */
    assert_int_equal(session_table_find(&table, first, 64, NOW + 1000),
                     AUTH_ADMIN);
    add(1000, AUTH_ADMIN, true, NOW + 1001);
    assert_int_equal(find(NOW + 1002), AUTH_ADMIN);
    assert_int_equal(session_table_find(&table, first, 64, NOW + 1002),
                     AUTH_ADMIN);
    add(1, AUTH_ANYBODY, true, NOW); /* only for its id */
    assert_int_equal(find(NOW + 1002), AUTH_ANYBODY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_logged_in_is_known_with_his_role, set_up),
        cmocka_unit_test_setup(what_is_no_id_is_nobody, set_up),
        cmocka_unit_test_setup(a_free_place_is_no_session, set_up),
        cmocka_unit_test_setup(a_day_without_use_ends_it, set_up),
        cmocka_unit_test_setup(
            a_remembered_one_ends_after_thirty_days_whatever_happens, set_up),
        cmocka_unit_test_setup(who_logs_out_is_out, set_up),
        cmocka_unit_test_setup(when_it_is_full_the_one_unused_for_longest_goes,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
