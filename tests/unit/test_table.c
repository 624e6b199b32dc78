#include "tools/syncbus/table.h"

#include "tools/syncbus/text.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct table_column columns[] = {
    {.title = "NAME", .min = 4},
    {.title = "N", .right = true},
    {.title = "WHEN", .drop = 2},
    {.title = "WHY", .drop = 1, .min = 3},
};

static void
add(struct table *t, const char *const texts[4], enum hue hue)
{
    struct table_cell *cells = table_add(t);

    assert_non_null(cells);
    for (size_t i = 0; i < 4; i++)
        (void)snprintf(cells[i].text, sizeof cells[i].text, "%s", texts[i]);
    cells[3].hue = hue;
}

/* The printed table, to be freed. */
static char *
print(const struct table *t, size_t width, bool hues)
{
    char *out = NULL;
    size_t len;
    FILE *to = open_memstream(&out, &len);

    assert_non_null(to);
    table_print(to, t, width, hues);
    assert_int_equal(fclose(to), 0);
    return out;
}

static void
expect(const struct table *t, size_t width, const char *expected)
{
    char *out = print(t, width, false);

    assert_string_equal(out, expected);
    free(out);
}

static void
fill(struct table *t)
{
    table_init(t, columns, 4);
    add(t, (const char *const[]){"first", "1", "today", "because"}, HUE_RED);
    add(t, (const char *const[]){"资料", "20", "-", "-"}, HUE_PLAIN);
}

static void
columns_are_aligned_by_what_is_seen(void **state)
{
    struct table t;

    (void)state;
    fill(&t);
    expect(&t, TABLE_WIDE,
           "NAME    N  WHEN   WHY\n"
           "first   1  today  because\n"
           "资料   20  -      -\n");
    table_clear(&t);
}

static void
too_wide_first_drops_then_cuts(void **state)
{
    struct table t;

    (void)state;
    fill(&t);
    expect(&t, 25,
           "NAME    N  WHEN   WHY\n"
           "first   1  today  because\n"
           "资料   20  -      -\n");
    expect(&t, 23,
           "NAME    N  WHEN   WHY\n"
           "first   1  today  beca" TEXT_ELLIPSIS "\n"
           "资料   20  -      -\n");
    expect(&t, 15,
           "NAME    N  WHY\n"
           "first   1  bec" TEXT_ELLIPSIS "\n"
           "资料   20  -\n");
    expect(&t, 8,
           "NAME   N\n"
           "fir" TEXT_ELLIPSIS "   1\n"
           "资料  20\n");
    table_clear(&t);
}

static void
no_line_is_wider_than_it_may_be(void **state)
{
    struct table t;

    (void)state;
    fill(&t);
    for (size_t width = 8; width < 40; width++) {
        char *out = print(&t, width, false), *rest = out, *line;

        while ((line = strsep(&rest, "\n")) != NULL)
            assert_true(text_width(line) <= width);
        free(out);
    }
    table_clear(&t);
}

static void
a_table_without_rows_has_its_heading(void **state)
{
    struct table t;

    (void)state;
    table_init(&t, columns, 4);
    expect(&t, TABLE_WIDE, "NAME  N  WHEN  WHY\n");
    table_clear(&t);
}

static void
colours_are_there_when_wanted_and_outside_the_padding(void **state)
{
    struct table t;
    char *out;

    (void)state;
    fill(&t);
    out = print(&t, TABLE_WIDE, true);
    assert_non_null(strstr(out, "\x1b[31mbecause\x1b[0m\n"));
    assert_non_null(strstr(out, "\x1b[1mNAME\x1b[0m "));
    free(out);
    table_clear(&t);
}

static void
many_rows_are_kept(void **state)
{
    struct table t;

    (void)state;
    table_init(&t, columns, 4);
    for (int i = 0; i < 100; i++)
        add(&t, (const char *const[]){"x", "1", "", ""}, HUE_PLAIN);
    assert_int_equal(t.rows, 100);
    assert_string_equal(t.cells[(size_t)99 * 4].text, "x");
    table_clear(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_what_is_seen),
        cmocka_unit_test(too_wide_first_drops_then_cuts),
        cmocka_unit_test(no_line_is_wider_than_it_may_be),
        cmocka_unit_test(a_table_without_rows_has_its_heading),
        cmocka_unit_test(colours_are_there_when_wanted_and_outside_the_padding),
        cmocka_unit_test(many_rows_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
