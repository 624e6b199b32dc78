#include "services/sync-engine/merge/settle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct row {
    const char *claim;
    struct settle_input in;
    enum settle_latest latest;
    bool publish;
} ROWS[] = {
    {"nothing happened", {0}, SETTLE_LOCAL, false},
    {"only the cloud changed: adopt it",
     {.data_changed = true},
     SETTLE_CLOUD,
     false},
    {"only we changed: publish ours",
     {.local_changed = true},
     SETTLE_LOCAL,
     true},
    {"both changed: publish a merge",
     {.data_changed = true, .local_changed = true},
     SETTLE_MERGED,
     true},
    {"an empty store gets ours", {.cloud_empty = true}, SETTLE_LOCAL, true},
    {"a joining device adopts",
     {.data_changed = true, .joining = true},
     SETTLE_CLOUD,
     false},
    {"a joining device adopts even what it does not take",
     {.joining = true},
     SETTLE_CLOUD,
     false},
    {"a download of the cloud's changes",
     {.data_changed = true, .download_only = true},
     SETTLE_CLOUD,
     false},
    {"a download over our changes stays local",
     {.data_changed = true, .local_changed = true, .download_only = true},
     SETTLE_MERGED,
     false},
    {"a download from an empty store",
     {.cloud_empty = true, .download_only = true},
     SETTLE_LOCAL,
     false},
};

static void
what_changed_says_what_becomes_the_latest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct settlement s = settle(&ROWS[i].in);

        if (s.latest != ROWS[i].latest || s.publish != ROWS[i].publish) {
            fail_msg("%s: latest %d, publish %d", ROWS[i].claim, s.latest,
                     s.publish);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_says_what_becomes_the_latest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
