#include "tools/sample/catalog.h"

#include "tools/sample/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
make(struct catalog *c, size_t files, uint64_t bytes, uint64_t seed)
{
    const struct catalog_numbers numbers = {files, bytes, seed};

    assert_int_equal(catalog_init(c, &numbers), 0);
}

static uint64_t
bytes_below_data(const struct catalog *c)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < c->count; i++) {
        if (strncmp(c->entries[i].path, "data/", 5) == 0)
            sum += c->entries[i].size;
    }
    return sum;
}

static void
files_and_bytes_are_exactly_those_asked_for(void **state)
{
    static const struct catalog_numbers asked[] = {
        {50, UINT64_C(50) * CATALOG_BYTES_PER_FILE_MIN, 1},
        {51, 1000003, 7},
        {300, 64 << 20, 1},
        {20000, UINT64_C(1536) << 20, 3},
        {20000, UINT64_C(20000) * CATALOG_BYTES_PER_FILE_MIN, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct catalog c;

        make(&c, asked[i].files, asked[i].bytes, asked[i].seed);
        assert_int_equal(c.count, asked[i].files + 1); /* conf/conf.json */
        assert_int_equal(bytes_below_data(&c), asked[i].bytes);
        catalog_clear(&c);
    }
}

static int
by_path(const void *a, const void *b)
{
    return strcmp(((const struct catalog_entry *)a)->path,
                  ((const struct catalog_entry *)b)->path);
}

static void
no_path_comes_twice(void **state)
{
    struct catalog c;

    (void)state;
    make(&c, 20000, UINT64_C(1) << 30, 1);
    qsort(c.entries, c.count, sizeof *c.entries, by_path);
    for (size_t i = 1; i < c.count; i++)
        assert_string_not_equal(c.entries[i - 1].path, c.entries[i].path);
    catalog_clear(&c);
}

static void
every_document_has_room_and_a_time_of_the_span(void **state)
{
    struct catalog c;

    (void)state;
    make(&c, 500, UINT64_C(500) * CATALOG_BYTES_PER_FILE_MIN, 9);
    for (size_t i = 0; i < c.count; i++) {
        const struct catalog_entry *e = &c.entries[i];
        int64_t seconds = e->mtime_ms / 1000 - CATALOG_EPOCH_S;

        assert_true(e->kind != CATALOG_DOC || e->size >= DOC_SIZE_MIN);
        assert_true(seconds >= 0 && seconds < CATALOG_SPAN_S);
    }
    catalog_clear(&c);
}

static void
every_kind_is_known_again_from_its_path(void **state)
{
    struct catalog c;

    (void)state;
    make(&c, 300, 64 << 20, 2);
    for (size_t i = 0; i < c.count; i++) {
        assert_int_equal(catalog_kind_of(c.entries[i].path), c.entries[i].kind);
    }
    catalog_clear(&c);
}

static void
another_seed_is_another_catalog(void **state)
{
    struct catalog a, b, c;

    (void)state;
    make(&a, 100, 4 << 20, 1);
    make(&b, 100, 4 << 20, 1);
    make(&c, 100, 4 << 20, 2);
    assert_memory_equal(a.entries, b.entries, a.count * sizeof *a.entries);
    assert_memory_not_equal(a.entries, c.entries, a.count * sizeof *a.entries);
    catalog_clear(&a);
    catalog_clear(&b);
    catalog_clear(&c);
}

static void
too_few_bytes_for_the_files_are_refused(void **state)
{
    const struct catalog_numbers few = {
        100, UINT64_C(100) * CATALOG_BYTES_PER_FILE_MIN - 1, 1};
    struct catalog c;

    (void)state;
    assert_int_equal(catalog_init(&c, &few), -ERANGE);
    catalog_clear(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_bytes_are_exactly_those_asked_for),
        cmocka_unit_test(no_path_comes_twice),
        cmocka_unit_test(every_document_has_room_and_a_time_of_the_span),
        cmocka_unit_test(every_kind_is_known_again_from_its_path),
        cmocka_unit_test(another_seed_is_another_catalog),
        cmocka_unit_test(too_few_bytes_for_the_files_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
