#include "gateway/metrics/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OM "application/openmetrics-text"

static void
who_does_not_name_openmetrics_gets_text(void **unused)
{
    static const char *const fields[] = {
        "",
        "*/*",
        "text/plain",
        "text/plain;version=0.0.4",
        "application/*",
        "application/openmetrics-tex",
        "application/openmetrics-text2",
        ", ,;,",
        "text/html,application/xhtml+xml,*/*;q=0.8",
    };

    (void)unused;
    assert_int_equal(accept_format(NULL), EXPOSITION_TEXT);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_int_equal(accept_format(fields[i]), EXPOSITION_TEXT);
}

static void
who_prefers_openmetrics_gets_it(void **unused)
{
    static const char *const fields[] = {
        OM,
        OM ";version=1.0.0",
        " " OM " ; version=\"1.0.0\" ; charset=utf-8",
        "APPLICATION/OpenMetrics-Text; Q=0.5",
        /* Prometheus 2.42 */
        OM ";version=1.0.0," OM ";version=0.0.1;q=0.75,"
           "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        /* Prometheus 2.55, which escapes names */
        OM ";version=1.0.0;escaping=allow-utf-8;q=0.6," OM
           ";version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "text/plain;q=0.4, " OM ";q=0.4",
        /* the closer range says what text is worth */
        "*/*, text/plain;q=0.1, " OM ";q=0.2",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_int_equal(accept_format(fields[i]), EXPOSITION_OPENMETRICS);
}

static void
other_versions_and_lower_wishes_get_text(void **unused)
{
    static const char *const fields[] = {
        OM ";version=0.0.1",
        OM ";version=2.0.0",
        OM ";q=0",
        OM ";q=0.000",
        OM ";q=nonsense",
        OM ";q=1.5",
        OM ";q=0.3,text/plain;q=0.4",
        OM ";q=0.3,*/*",
        OM ";q=0.3;version=1.0.0,text/*;q=0.31",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        assert_int_equal(accept_format(fields[i]), EXPOSITION_TEXT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_does_not_name_openmetrics_gets_text),
        cmocka_unit_test(who_prefers_openmetrics_gets_it),
        cmocka_unit_test(other_versions_and_lower_wishes_get_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
