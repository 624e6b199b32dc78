#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/sync-engine/run/difference.h"

#include <string.h>

#define FILES 26

static struct file_record records[FILES];
static struct oid ids[3][FILES];

/* A snapshot of one file a letter; its letters are its ids. */
static struct file_list
list_of(const char *letters)
{
    struct file_list l = {.files = records};

    for (; *letters != '\0'; letters++) {
        memset(&records[l.count], 0, sizeof *records);
        records[l.count++].id.bytes[0] = (uint8_t)*letters;
    }
    return l;
}

static struct index_record
index_of(struct oid *out, const char *letters)
{
    struct index_record x = {.files = out};

    for (; *letters != '\0'; letters++) {
        memset(&out[x.count], 0, sizeof *out);
        out[x.count++].bytes[0] = (uint8_t)*letters;
    }
    return x;
}

static void
is_left(const struct oid *left, size_t count, const char *letters)
{
    assert_int_equal(count, strlen(letters));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(left[i].bytes[0], letters[i]);
}

/* base is NULL when there is none. */
static void
leaves(const char *const given[3], const char *const left[3])
{
    struct file_list local = list_of(given[0]);
    struct index_record cloud = index_of(ids[1], given[1]);
    struct index_record base =
        index_of(ids[2], given[2] == NULL ? "" : given[2]);
    struct difference d;

    assert_int_equal(
        difference_find(&d, &local, &cloud, given[2] == NULL ? NULL : &base),
        0);
    for (size_t i = 0; i < d.local.count; i++)
        ids[0][i] = d.local.files[i].id;
    is_left(ids[0], d.local.count, left[0]);
    is_left(d.cloud.files, d.cloud.count, left[1]);
    is_left(d.base.files, d.base.count, left[2]);
    difference_clear(&d);
    assert_null(d.local.files);
}

static void
what_all_three_have_is_left_out(void **state)
{
    (void)state;
    leaves((const char *[]){"abcd", "cdae", "dabx"},
           (const char *[]){"bc", "ce", "bx"});
}

static void
what_only_two_have_stays_in_both(void **state)
{
    (void)state;
    leaves((const char *[]){"ab", "ab", "b"}, (const char *[]){"a", "a", ""});
    leaves((const char *[]){"ab", "b", "ab"}, (const char *[]){"a", "", "a"});
    leaves((const char *[]){"b", "ab", "ab"}, (const char *[]){"", "a", "a"});
}

static void
the_order_stays(void **state)
{
    (void)state;
    leaves((const char *[]){"zamq", "qzma", "m"},
           (const char *[]){"zaq", "qza", ""});
}

static void
without_a_base_nothing_is_left_out(void **state)
{
    (void)state;
    leaves((const char *[]){"abc", "bcd", NULL},
           (const char *[]){"abc", "bcd", ""});
}

static void
nothing_anywhere_is_no_difference(void **state)
{
    (void)state;
    leaves((const char *[]){"", "", ""}, (const char *[]){"", "", ""});
    leaves((const char *[]){"", "a", "a"}, (const char *[]){"", "a", "a"});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_all_three_have_is_left_out),
        cmocka_unit_test(what_only_two_have_stays_in_both),
        cmocka_unit_test(the_order_stays),
        cmocka_unit_test(without_a_base_nothing_is_left_out),
        cmocka_unit_test(nothing_anywhere_is_no_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
