#include "gateway/dashboard/assets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *
page_text(enum lang lang)
{
    struct asset page;

    assets_page(&page, lang);
    assert_string_equal(page.type, "text/html; charset=utf-8");
    assert_int_equal(strlen((const char *)page.plain.data), page.plain.len);
    return (const char *)page.plain.data;
}

static void
the_page_is_in_the_gateways_language(void **unused)
{
    (void)unused;
    assert_non_null(strstr(page_text(LANG_EN), "<html lang=\"en\">"));
    assert_non_null(strstr(page_text(LANG_ZH_CN), "<html lang=\"zh-CN\">"));
}

static void
every_part_the_page_names_is_there_plain_and_gzipped(void **unused)
{
    const char *at = page_text(LANG_EN);
    char prefix[64];
    size_t count = 0;

    (void)unused;
    (void)snprintf(prefix, sizeof prefix, "/dashboard/%s/", assets_version());
    while ((at = strstr(at, prefix)) != NULL) {
        char name[32] = "";
        struct asset part;

        at += strlen(prefix);
        (void)memcpy(name, at, strcspn(at, "\""));
        assert_int_equal(assets_find(&part, name), 0);
        assert_string_equal(part.name, name);
        assert_true(part.plain.len > 100);
        assert_true(part.gzip.len > 20 && part.gzip.len < part.plain.len);
        assert_memory_equal(part.gzip.data, "\x1f\x8b", 2);
        count++;
    }
    assert_true(count > 15);
}

static void
what_is_not_a_part_is_not_found(void **unused)
{
    static const char *const names[] = {"",          "app",        "app.js.gz",
                                        "../app.js", "index.html", "APP.JS"};
    struct asset part = {.name = "untouched"};

    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(assets_find(&part, names[i]), -ENOENT);
    assert_string_equal(part.name, "untouched");
}

static void
the_version_is_sixteen_hex_digits(void **unused)
{
    (void)unused;
    assert_int_equal(strlen(assets_version()), 16);
    assert_int_equal(strspn(assets_version(), "0123456789abcdef"), 16);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_in_the_gateways_language),
        cmocka_unit_test(every_part_the_page_names_is_there_plain_and_gzipped),
        cmocka_unit_test(what_is_not_a_part_is_not_found),
        cmocka_unit_test(the_version_is_sixteen_hex_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
