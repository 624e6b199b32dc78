#include "gateway/http/lockout.h"

#include "services/runtime/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct lockout lockout;

static void
who_fails_too_often_is_alone_outside(void **unused)
{
    struct address a, b;

    (void)unused;
    log_init("test", LOG_ERROR, false);
    assert_int_equal(address_parse(&a, "1.2.3.4", 7), 0);
    assert_int_equal(address_parse(&b, "1.2.3.5", 7), 0);
    assert_int_equal(lockout_init(&lockout), 0);
    for (int i = 0; i < THROTTLE_FAILURES; i++) {
        assert_int_equal(lockout_wait(&lockout, &a), 0);
        lockout_fail(&lockout, &a);
    }
    assert_in_range(lockout_wait(&lockout, &a), 1, 60);
    assert_int_equal(lockout_wait(&lockout, &b), 0);
    lockout_clear(&lockout);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_fails_too_often_is_alone_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
