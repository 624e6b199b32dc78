/* Tests of services/bus-client/mirror.c. */
#include "services/bus-client/mirror.h"

#include "services/runtime/clock.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LONG_MS 60000 /* a test that waits this long has failed */

static struct mirror *mirror;

static int
set_up(void **unused)
{
    (void)unused;
    return mirror_new(&mirror);
}

static int
tear_down(void **unused)
{
    (void)unused;
    mirror_free(mirror);
    return 0;
}

static uint64_t
generation(void)
{
    uint64_t value = mirror_lock(mirror)->generation;

    mirror_unlock(mirror);
    return value;
}

static void *
change(void *unused)
{
    (void)unused;
    mirror_lock(mirror)->generation++;
    mirror_unlock(mirror);
    return NULL;
}

static void
what_is_known_already_does_not_wait(void **unused)
{
    uint64_t seen = generation();

    (void)unused;
    (void)change(NULL);
    assert_int_equal(mirror_wait(mirror, seen, clock_boot_ms() + LONG_MS),
                     seen + 1);
}

static void
a_change_by_another_thread_ends_a_wait(void **unused)
{
    uint64_t seen = generation();
    pthread_t other;

    (void)unused;
    assert_int_equal(pthread_create(&other, NULL, change, NULL), 0);
    assert_int_equal(mirror_wait(mirror, seen, clock_boot_ms() + LONG_MS),
                     seen + 1);
    (void)pthread_join(other, NULL);
}

static void
nothing_new_ends_at_the_given_moment(void **unused)
{
    uint64_t seen = generation(), until_ms = clock_boot_ms() + 20;

    (void)unused;
    assert_int_equal(mirror_wait(mirror, seen, until_ms), seen);
    assert_true(clock_boot_ms() >= until_ms);
    /* A moment that is gone already is no wait at all. */
    assert_int_equal(mirror_wait(mirror, seen, 0), seen);
}

static void
looking_is_no_change(void **unused)
{
    uint64_t seen = generation();

    (void)unused;
    (void)mirror_lock(mirror);
    mirror_unlock(mirror);
    assert_int_equal(mirror_wait(mirror, seen, 0), seen);
}

static void *
end_waits(void *unused)
{
    (void)unused;
    mirror_end_waits(mirror);
    return NULL;
}

static void
the_end_ends_every_wait_also_later_ones(void **unused)
{
    uint64_t seen = generation();
    pthread_t other;

    (void)unused;
    assert_int_equal(pthread_create(&other, NULL, end_waits, NULL), 0);
    assert_int_equal(mirror_wait(mirror, seen, clock_boot_ms() + LONG_MS), 0);
    (void)pthread_join(other, NULL);
    assert_int_equal(mirror_wait(mirror, seen, clock_boot_ms() + LONG_MS), 0);
}

static void
who_polls_is_told_of_changes_only(void **unused)
{
    int fd = eventfd(0, EFD_NONBLOCK);
    eventfd_t told;

    (void)unused;
    assert_true(fd >= 0);
    mirror_watch(mirror, fd);
    (void)generation();
    assert_int_equal(eventfd_read(fd, &told), -1);
    (void)change(NULL);
    assert_int_equal(eventfd_read(fd, &told), 0);
    assert_int_equal(told, 1);
    mirror_watch(mirror, -1);
    (void)change(NULL);
    assert_int_equal(eventfd_read(fd, &told), -1);
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_known_already_does_not_wait,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_by_another_thread_ends_a_wait,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_new_ends_at_the_given_moment,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_ends_every_wait_also_later_ones,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(looking_is_no_change, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_polls_is_told_of_changes_only,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
