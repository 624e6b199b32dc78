#include "services/sync-engine/run/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct oid
id_of(unsigned char n)
{
    struct oid id = {{0}};

    id.bytes[0] = (unsigned char)(n * 37); /* no sorted order */
    id.bytes[19] = n;
    return id;
}

/* Three files: chunks 10, 11; 11, 12; 12. */
static struct oid chunks[3][2];
static struct file_record records[3];
static const struct file_list files = {.files = records, .count = 3};

static int
setup(void **state)
{
    (void)state;
    chunks[0][0] = id_of(10);
    chunks[0][1] = chunks[1][0] = id_of(11);
    chunks[1][1] = chunks[2][0] = id_of(12);
    for (unsigned char i = 0; i < 3; i++) {
        records[i] = (struct file_record){.id = id_of((unsigned char)(i + 1)),
                                          .chunks = chunks[i],
                                          .chunk_count = i == 2 ? 1 : 2};
    }
    return 0;
}

static bool
has(const struct plan_list *l, unsigned char n)
{
    struct oid id = id_of(n);

    for (size_t i = 0; i < l->count; i++) {
        if (oid_equal(&l->objects[i].id, &id))
            return true;
    }
    return false;
}

static void
an_empty_cloud_needs_everything_once(void **state)
{
    struct plan p;

    (void)state;
    assert_int_equal(plan_make(&p, &files, NULL, 0), 0);
    assert_int_equal(p.files.count, 3);
    assert_int_equal(p.chunks.count, 3);
    assert_true(has(&p.chunks, 10) && has(&p.chunks, 11) && has(&p.chunks, 12));
    plan_clear(&p);
}

static void
what_the_cloud_names_is_not_sent(void **state)
{
    const struct oid cloud[] = {id_of(99), id_of(3), id_of(1)};
    struct plan p;

    (void)state;
    assert_int_equal(plan_make(&p, &files, cloud, 3), 0);
    assert_int_equal(p.files.count, 1);
    assert_true(has(&p.files, 2));
    assert_int_equal(p.chunks.count, 2);
    assert_true(has(&p.chunks, 11) && has(&p.chunks, 12));
    plan_clear(&p);
}

static void
nothing_new_is_an_empty_plan(void **state)
{
    const struct oid cloud[] = {id_of(1), id_of(2), id_of(3)};
    struct plan p;

    (void)state;
    assert_int_equal(plan_make(&p, &files, cloud, 3), 0);
    assert_int_equal(p.files.count, 0);
    assert_int_equal(p.chunks.count, 0);
    plan_clear(&p);
}

static void
objects_are_sorted_and_know_their_file(void **state)
{
    struct plan p;

    (void)state;
    assert_int_equal(plan_make(&p, &files, NULL, 0), 0);
    for (size_t i = 1; i < p.chunks.count; i++) {
        assert_true(oid_compare(&p.chunks.objects[i - 1].id,
                                &p.chunks.objects[i].id) < 0);
    }
    for (size_t i = 0; i < p.files.count; i++) {
        assert_true(oid_equal(&p.files.objects[i].id,
                              &records[p.files.objects[i].file].id));
    }
    plan_clear(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_cloud_needs_everything_once),
        cmocka_unit_test(what_the_cloud_names_is_not_sent),
        cmocka_unit_test(nothing_new_is_an_empty_plan),
        cmocka_unit_test(objects_are_sorted_and_know_their_file),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
