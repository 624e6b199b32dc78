#include "proto/command.h"

#include "tests/support/vectors.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

VECTORS_CHECK_OF(command)

static void
vectors_hold(void **unused)
{
    (void)unused;
    check_vectors("command");
}

static int
read_vector(const char *name, struct command *c)
{
    unsigned char buf[VECTORS_WIRE_MAX];

    return command_decode(c, buf, vectors_load(name, buf));
}

static void
each_key_fills_its_member(void **unused)
{
    struct command c;

    (void)unused;
    assert_int_equal(read_vector("command-changes-after", &c), 0);
    assert_int_equal(c.minor, 1);
    assert_int_equal(c.name, COMMAND_CHANGES);
    assert_int_equal(c.has, COMMAND_HAS_RUN | COMMAND_HAS_AFTER);
    assert_int_equal(c.run, 17);
    assert_int_equal(c.after, 100);
    assert_int_equal(read_vector("command-sync-download", &c), 0);
    assert_int_equal(c.name, COMMAND_SYNC);
    assert_int_equal(c.dir, COMMAND_DOWNLOAD);
    assert_int_equal(c.has, 0);
}

static void
sync_without_direction_is_both(void **unused)
{
    struct command c;

    (void)unused;
    assert_int_equal(read_vector("command-sync-no-dir", &c), 0);
    assert_int_equal(c.dir, COMMAND_BOTH);
}

/* So that the operator learns what is wrong: an old engine, not a bad line. */
static void
unknown_command_is_told_apart_from_a_malformed_one(void **unused)
{
    struct command c;

    (void)unused;
    assert_int_equal(read_vector("command-cmd-unknown-0", &c), -ENOTSUP);
    assert_int_equal(read_vector("command-cmd-type", &c), -EBADMSG);
    assert_int_equal(read_vector("command-without-cmd", &c), -EBADMSG);
    assert_int_equal(read_vector("command-changes-no-run", &c), -EBADMSG);
}

static void
directions_have_their_words(void **unused)
{
    enum command_dir dir = COMMAND_BOTH;

    (void)unused;
    for (enum command_dir d = COMMAND_BOTH; d < COMMAND_DIR_COUNT; d++) {
        assert_int_equal(command_dir_parse(&dir, command_dir_token(d)), 0);
        assert_int_equal(dir, d);
    }
    assert_int_equal(command_dir_parse(&dir, "up"), -EINVAL);
    assert_int_equal(dir, COMMAND_DOWNLOAD);
    assert_string_equal(command_token(COMMAND_CONFLICTS), "conflicts");
    assert_string_equal(command_token(COMMAND_COUNT), "");
}

static void
request_ids_are_32_hex_digits(void **unused)
{
    const unsigned char bytes[16] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    char id[COMMAND_ID_MAX];

    (void)unused;
    command_format_request_id(id, bytes);
    assert_string_equal(id, "00017f80ff0000000000000000000000");
    assert_true(command_is_request_id(id, 32));
    assert_false(command_is_request_id(id, 31));
    assert_false(command_is_request_id(id, 33));
    assert_false(command_is_request_id("", 0));
    id[5] = 'g';
    assert_false(command_is_request_id(id, 32));
    id[5] = '\0';
    assert_false(command_is_request_id(id, 32));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_hold),
        cmocka_unit_test(each_key_fills_its_member),
        cmocka_unit_test(sync_without_direction_is_both),
        cmocka_unit_test(unknown_command_is_told_apart_from_a_malformed_one),
        cmocka_unit_test(directions_have_their_words),
        cmocka_unit_test(request_ids_are_32_hex_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
