/*
 * Random scripts of edits and syncs over three devices with wrong clocks: no
 * edit is lost without a copy, winners win, after each sync the disk is what
 * the store has, and in the end all devices are the same and at rest.
 *
 * A failing script is shrunk and printed.  `test_fleet SEED [COUNT]` runs
 * other ones.
 */
#include "tests/support/fleet_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static struct script_seeds seeds = {
    .first = 1, .count = 3000, .ops = SCRIPT_OPS_MAX};

static const char *
run_script(const struct script *s)
{
    struct fleet_world w = {.script = s};
    const char *broken = fleet_world_run(&w);

    fleet_clear(&w.fleet);
    return broken;
}

static void
devices_converge_and_nothing_is_lost(void **state)
{
    (void)state;
    script_run_seeds(&seeds, run_script);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_converge_and_nothing_is_lost),
    };

    if (argc > 1)
        seeds.first = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        seeds.count = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
