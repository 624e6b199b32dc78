/* arena and buffer: memory that moves nothing it has handed out. */
#include "services/sync-engine/repo/arena.h"

#include "services/sync-engine/repo/buffer.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
what_was_handed_out_stays(void **state)
{
    struct arena a = {0};
    char *text[500];
    void *big;

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        char line[300];

        memset(line, 'a' + (int)(i % 26), sizeof line);
        text[i] = arena_text(&a, line, i % sizeof line);
        assert_non_null(text[i]);
        if (i % 50 == 0) {
            big = arena_alloc(&a, 200000);
            assert_non_null(big);
            memset(big, 'x', 200000);
        }
    }
    for (size_t i = 0; i < 500; i++) {
        assert_int_equal(strlen(text[i]), i % 300);
        for (size_t k = 0; k < i % 300; k++)
            assert_int_equal(text[i][k], 'a' + (int)(i % 26));
    }
    arena_clear(&a);
    assert_int_equal(a.used_bytes, 0);
}

static void
objects_are_aligned(void **state)
{
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        void *p;

        assert_non_null(arena_text(&a, "abcdefg", i % 7));
        p = arena_alloc(&a, i);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
    }
    arena_clear(&a);
}

static void
impossible_sizes_are_refused(void **state)
{
    struct buffer b = {0};
    struct arena a = {0};

    (void)state;
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_text(&a, "", SIZE_MAX));
    assert_int_equal(buffer_append(&b, "x", 1), 0);
    assert_int_equal(buffer_reserve(&b, SIZE_MAX), -ENOMEM);
    assert_int_equal(b.len, 1);
    arena_clear(&a);
    arena_clear(NULL);
    buffer_clear(&b);
    buffer_clear(NULL);
}

static void
a_buffer_keeps_its_bytes_while_it_grows(void **state)
{
    struct buffer b = {0};

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        unsigned char c = (unsigned char)i;

        assert_int_equal(buffer_append(&b, &c, 1), 0);
    }
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(b.data[i], (unsigned char)i);
    buffer_clear(&b);
    assert_null(b.data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_handed_out_stays),
        cmocka_unit_test(objects_are_aligned),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_buffer_keeps_its_bytes_while_it_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
