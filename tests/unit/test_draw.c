#include "services/sync-engine/merge/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The first numbers of the published generator. */
static void
numbers_are_those_of_splitmix64(void **state)
{
    uint64_t seed = 1234567;

    (void)state;
    assert_true(draw_next(&seed) == UINT64_C(6457827717110365317));
    assert_true(draw_next(&seed) == UINT64_C(3203168211198807973));
    assert_true(draw_next(&seed) == UINT64_C(9817491932198370423));
}

static void
one_seed_gives_one_sequence(void **state)
{
    uint64_t a = 7;
    uint64_t b = 7;

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(draw_next(&a) == draw_next(&b));
    b++;
    assert_true(draw_next(&a) != draw_next(&b));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_splitmix64),
        cmocka_unit_test(one_seed_gives_one_sequence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
