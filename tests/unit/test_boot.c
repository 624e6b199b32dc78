/* Tests of gateway/siyuan/boot.c. */
#include "gateway/siyuan/boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum boot_state
after(uint64_t ok, uint64_t failed)
{
    struct state s = {.has = STATE_HAS_COUNTS,
                      .counts = {.ok = ok, .failed = failed}};

    return boot_of(&s);
}

static void
one_run_that_went_well_is_enough(void **unused)
{
    (void)unused;
    assert_int_equal(after(0, 0), BOOT_NEVER);
    assert_int_equal(after(0, 1), BOOT_FAILED);
    assert_int_equal(after(0, 9), BOOT_FAILED);
    assert_int_equal(after(1, 0), BOOT_OK);
    assert_int_equal(after(1, 5), BOOT_OK);
    assert_int_equal(boot_of(&(struct state){.counts = {.failed = 1}}),
                     BOOT_NEVER);
}

static int
percent(enum copy_shown shown, uint64_t permille, uint64_t runs)
{
    struct copy c = {.has_snapshot = true};
    struct copy_engine e = {
        .shown = shown,
        .permille = permille,
        .state = {.has = STATE_HAS_COUNTS, .counts = {.ok = runs}}};

    return boot_percent(&c, &e);
}

static void
the_first_run_is_the_boot(void **unused)
{
    (void)unused;
    assert_int_equal(percent(COPY_QUEUED, 0, 0), BOOT_PERCENT_STARTED);
    assert_int_equal(percent(COPY_SYNCING, 0, 0), BOOT_PERCENT_STARTED);
    assert_in_range(percent(COPY_SYNCING, 500, 0), 50, 60);
    assert_int_equal(percent(COPY_STALLED, 1000, 0), BOOT_PERCENT_DONE - 1);
    assert_int_equal(percent(COPY_SYNCING, 0, 1), BOOT_PERCENT_DONE);
    assert_int_equal(percent(COPY_IDLE, 0, 1), BOOT_PERCENT_DONE);
}

static void
who_rests_has_booted(void **unused)
{
    (void)unused;
    assert_int_equal(percent(COPY_DISABLED, 0, 0), BOOT_PERCENT_DONE);
    assert_int_equal(percent(COPY_OFFLINE, 0, 0), BOOT_PERCENT_DONE);
    assert_int_equal(percent(COPY_IDLE, 0, 0), BOOT_PERCENT_DONE);
}

static void
without_a_word_from_the_bus_nothing_has_begun(void **unused)
{
    struct copy c = {0};

    (void)unused;
    assert_int_equal(boot_percent(&c, NULL), 0);
    c.has_snapshot = true;
    assert_in_range(boot_percent(&c, NULL), 1, BOOT_PERCENT_STARTED - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_run_that_went_well_is_enough),
        cmocka_unit_test(the_first_run_is_the_boot),
        cmocka_unit_test(who_rests_has_booted),
        cmocka_unit_test(without_a_word_from_the_bus_nothing_has_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
