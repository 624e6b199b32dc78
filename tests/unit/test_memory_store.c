/* The store of other tests is held to what every store must do. */
#include "tests/support/memory_store.h"
#include "tests/support/store_conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int
setup(void **state)
{
    *state = memory_store_new();
    return 0;
}

static int
teardown(void **state)
{
    store_close(*state);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_CONFORMANCE_TESTS(setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
