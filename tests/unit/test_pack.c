/* pack: every form of zstd that exists in the field (section 2). */
#include "services/sync-engine/repo/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A kernel's frame of "base\n": no content size (appendix A.4). */
static const unsigned char kernel_frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00,
                                             0x00, 0x29, 0x00, 0x00, 0x62,
                                             0x61, 0x73, 0x65, 0x0a};
static const unsigned char empty_frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20,
                                            0x00, 0x01, 0x00, 0x00};
/* A skippable frame of 3 bytes. */
static const unsigned char skippable[] = {0x50, 0x2a, 0x4d, 0x18, 3,  0,
                                          0,    0,    'x',  'y',  'z'};
/* Says it holds 2^62 bytes, and holds "base\n". */
static const unsigned char liar[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x00, 0,    0,    0,    0,    0,
    0,    0,    0x40, 0x29, 0x00, 0x00, 0x62, 0x61, 0x73, 0x65, 0x0a};

static struct pack *
make(void)
{
    struct pack *p;

    assert_int_equal(pack_new(&p), 0);
    return p;
}

static void
assert_unpacks(const void *src, size_t len, const char *want)
{
    struct pack *p = make();
    struct buffer out = {0};

    assert_int_equal(pack_decompress(p, &out, src, len, PACK_CHUNK_MAX), 0);
    assert_int_equal(out.len, strlen(want));
    if (out.len != 0)
        assert_memory_equal(out.data, want, out.len);
    buffer_clear(&out);
    pack_free(p);
}

static void
forms_of_the_field_are_read(void **state)
{
    unsigned char all[sizeof kernel_frame * 2 + sizeof skippable];

    (void)state;
    assert_unpacks(NULL, 0, "");
    assert_unpacks(empty_frame, sizeof empty_frame, "");
    assert_unpacks(kernel_frame, sizeof kernel_frame, "base\n");
    assert_unpacks(skippable, sizeof skippable, "");
    memcpy(all, kernel_frame, sizeof kernel_frame);
    memcpy(all + sizeof kernel_frame, skippable, sizeof skippable);
    memcpy(all + sizeof kernel_frame + sizeof skippable, kernel_frame,
           sizeof kernel_frame);
    assert_unpacks(all, sizeof all, "base\nbase\n");
}

static void
empty_input_is_packed_as_the_empty_frame(void **state)
{
    struct pack *p = make();
    struct buffer out = {0};

    (void)state;
    assert_int_equal(pack_compress(p, &out, NULL, 0), 0);
    assert_int_equal(out.len, sizeof empty_frame);
    assert_memory_equal(out.data, empty_frame, out.len);
    buffer_clear(&out);
    pack_free(p);
}

static void
what_is_packed_unpacks_again(void **state)
{
    static const size_t sizes[] = {1, 255, 256, 65537, 524288, PACK_CHUNK_MAX};
    unsigned char *plain = malloc(PACK_CHUNK_MAX);
    struct buffer packed = {0};
    struct buffer out = {0};
    struct pack *p = make();
    uint32_t x = 1;

    (void)state;
    assert_non_null(plain);
    for (size_t i = 0; i < PACK_CHUNK_MAX; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = (unsigned char)(i / 3 % 7 == 0 ? x >> 24 : 'a');
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        packed.len = 0;
        out.len = 0;
        assert_int_equal(buffer_append(&out, "head", 4), 0);
        assert_int_equal(pack_compress(p, &packed, plain, sizes[i]), 0);
        assert_int_equal(
            pack_decompress(p, &out, packed.data, packed.len, sizes[i]), 0);
        assert_int_equal(out.len, 4 + sizes[i]);
        assert_memory_equal(out.data, "head", 4);
        assert_memory_equal(out.data + 4, plain, sizes[i]);
    }
    buffer_clear(&packed);
    buffer_clear(&out);
    pack_free(p);
    free(plain);
}

static void
output_is_bounded(void **state)
{
    unsigned char *plain = calloc(1, PACK_CHUNK_MAX + 1);
    struct buffer packed = {0};
    struct buffer out = {0};
    struct pack *p = make();

    (void)state;
    assert_non_null(plain);
    assert_int_equal(pack_compress(p, &packed, plain, PACK_CHUNK_MAX + 1), 0);
    assert_int_equal(
        pack_decompress(p, &out, packed.data, packed.len, PACK_CHUNK_MAX),
        -EFBIG);
    assert_int_equal(out.len, 0);
    assert_int_equal(
        pack_decompress(p, &out, packed.data, packed.len, PACK_CHUNK_MAX + 1),
        0);
    assert_int_equal(
        pack_decompress(p, &out, kernel_frame, sizeof kernel_frame, 4), -EFBIG);
    assert_int_equal(pack_decompress(p, &out, empty_frame, 9, 0), 0);
    buffer_clear(&packed);
    buffer_clear(&out);
    pack_free(p);
    free(plain);
}

static void
a_lie_about_the_size_costs_no_memory(void **state)
{
    struct pack *p = make();
    struct buffer out = {0};

    (void)state;
    assert_int_not_equal(
        pack_decompress(p, &out, liar, sizeof liar, PACK_INDEX_MAX), 0);
    assert_true(out.cap <= 1u << 20);
    assert_int_equal(out.len, 0);
    buffer_clear(&out);
    pack_free(p);
}

static void
every_truncation_and_trailing_rubbish_is_refused(void **state)
{
    unsigned char more[sizeof kernel_frame + 3] = {0};
    struct pack *p = make();
    struct buffer out = {0};

    (void)state;
    assert_int_equal(buffer_append(&out, "head", 4), 0);
    for (size_t n = 1; n < sizeof kernel_frame; n++) {
        assert_int_equal(
            pack_decompress(p, &out, kernel_frame, n, PACK_CHUNK_MAX),
            -EBADMSG);
        assert_int_equal(out.len, 4);
        assert_memory_equal(out.data, "head", 4);
    }
    memcpy(more, kernel_frame, sizeof kernel_frame);
    for (size_t n = 1; n <= 3; n++) {
        assert_int_equal(pack_decompress(p, &out, more, sizeof kernel_frame + n,
                                         PACK_CHUNK_MAX),
                         -EBADMSG);
    }
    assert_int_equal(pack_decompress(p, &out, "no zstd", 7, PACK_CHUNK_MAX),
                     -EBADMSG);
    /* and the context still works */
    assert_int_equal(pack_decompress(p, &out, kernel_frame, sizeof kernel_frame,
                                     PACK_CHUNK_MAX),
                     0);
    assert_int_equal(out.len, 9);
    buffer_clear(&out);
    pack_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_the_field_are_read),
        cmocka_unit_test(empty_input_is_packed_as_the_empty_frame),
        cmocka_unit_test(what_is_packed_unpacks_again),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(a_lie_about_the_size_costs_no_memory),
        cmocka_unit_test(every_truncation_and_trailing_rubbish_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
