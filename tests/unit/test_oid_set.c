#include "services/sync-engine/repo/oid_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* Ids whose first bytes collide, many of them neighbours. */
static struct oid
id_of(uint32_t number)
{
    struct oid id = {.bytes = {(unsigned char)(number % 7)}};

    memcpy(id.bytes + 8, &number, sizeof number);
    return id;
}

static void
empty_set_has_nothing(void **state)
{
    struct oid_set s = {0};
    struct oid id = {{0}};
    size_t cursor = 0;

    (void)state;
    assert_false(oid_set_has(&s, &id));
    id.bytes[0] = 1;
    assert_false(oid_set_has(&s, &id));
    assert_false(oid_set_next(&s, &cursor, &id));
    oid_set_clear(&s);
}

static void
what_was_added_is_there_once_and_nothing_else(void **state)
{
    struct oid_set s = {0};

    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        struct oid id = id_of(i);

        assert_int_equal(oid_set_add(&s, &id), 0);
        assert_int_equal(oid_set_add(&s, &id), OID_SET_HAD);
    }
    assert_int_equal(s.count, 5000);
    for (uint32_t i = 0; i < 10000; i++) {
        struct oid id = id_of(i);

        assert_int_equal(oid_set_has(&s, &id), i < 5000);
    }
    oid_set_clear(&s);
    assert_int_equal(s.count, 0);
}

static void
the_zero_id_is_an_id(void **state)
{
    struct oid_set s = {0};
    struct oid zero = {{0}};
    struct oid one = {{1}};
    struct oid found = one;
    size_t cursor = 0;

    (void)state;
    assert_int_equal(oid_set_add(&s, &zero), 0);
    assert_int_equal(oid_set_add(&s, &zero), OID_SET_HAD);
    assert_true(oid_set_has(&s, &zero));
    assert_false(oid_set_has(&s, &one));
    assert_true(oid_set_next(&s, &cursor, &found));
    assert_true(oid_equal(&found, &zero));
    assert_false(oid_set_next(&s, &cursor, &found));
    oid_set_clear(&s);
}

static void
a_walk_meets_each_id_once(void **state)
{
    struct oid_set s = {0};
    struct oid_set met = {0};
    struct oid id;
    size_t cursor = 0;

    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        id = id_of(i);
        assert_int_equal(oid_set_add(&s, &id), 0);
    }
    while (oid_set_next(&s, &cursor, &id)) {
        assert_true(oid_set_has(&s, &id));
        assert_int_equal(oid_set_add(&met, &id), 0);
    }
    assert_int_equal(met.count, 3000);
    assert_false(oid_set_next(&s, &cursor, &id));
    oid_set_clear(&s);
    oid_set_clear(&met);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_set_has_nothing),
        cmocka_unit_test(what_was_added_is_there_once_and_nothing_else),
        cmocka_unit_test(the_zero_id_is_an_id),
        cmocka_unit_test(a_walk_meets_each_id_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
