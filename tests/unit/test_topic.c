#include "proto/topic.h"

#include "tests/support/vectors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NONCE "0123456789abcdef"

/* A topic is not msgpack: a prefix of one may be another. */
static int
parse(struct topic *out, const char *text)
{
    return topic_parse(out, text, strlen(text));
}

static void
ids_follow_the_grammar(void **unused)
{
    char longest[66];

    (void)unused;
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    assert_true(topic_is_id(longest));
    assert_true(topic_is_id("a"));
    assert_true(topic_is_id("0"));
    assert_true(topic_is_id("tenant.host.name"));
    assert_true(topic_is_id("a_b-c.d"));
    longest[64] = 'a';
    longest[65] = '\0';
    assert_false(topic_is_id(longest));
    assert_false(topic_is_id(""));
    assert_false(topic_is_id("-a"));
    assert_false(topic_is_id("A"));
    assert_false(topic_is_id("a/b"));
    assert_false(topic_is_id("a b"));
    assert_false(topic_is_id("\xc3\xa9"));
}

static void
assert_made(const char *text, const char *want)
{
    char id[TOPIC_ID_MAX];

    topic_make_id(id, text);
    assert_string_equal(id, want);
    assert_true(topic_is_id(id));
}

static void
any_text_becomes_an_id(void **unused)
{
    char text[200];

    (void)unused;
    assert_made("NAS.Home", "nas.home");
    assert_made("my nas", "my-nas");
    assert_made("__x", "x");
    assert_made("", "engine");
    assert_made("...", "engine");
    assert_made("\xe7\xac\x94", "engine");
    assert_made("a/b", "a-b");
    memset(text, 'Q', sizeof text);
    text[sizeof text - 1] = '\0';
    topic_make_id(text, text);
    assert_int_equal(strlen(text), TOPIC_ID_MAX - 1);
}

static void
formatted_topics_parse(void **unused)
{
    char text[TOPIC_MAX];
    struct topic t;

    (void)unused;
    assert_int_equal(topic_format(text, TOPIC_STATE, "nas.notes"), 16);
    assert_string_equal(text, "sb1/s/nas.notes/");
    assert_int_equal(parse(&t, text), 0);
    assert_int_equal(t.kind, TOPIC_STATE);
    assert_string_equal(t.id, "nas.notes");
    assert_string_equal(t.nonce, "");

    topic_format(text, TOPIC_BEAT, "hub");
    assert_string_equal(text, "sb1/h/hub/");
    assert_int_equal(parse(&t, text), 0);
    assert_int_equal(t.kind, TOPIC_BEAT);

    assert_int_equal(topic_format_snapshot(text, NONCE, "sb1/s/home."),
                     (int)strlen("sb1/z/" NONCE "/sb1/s/home."));
    assert_int_equal(parse(&t, text), 0);
    assert_int_equal(t.kind, TOPIC_SNAPSHOT);
    assert_string_equal(t.id, "");
    assert_string_equal(t.nonce, NONCE);
    assert_string_equal(t.filter, "sb1/s/home.");
}

static void
snapshot_topic_of_bad_parts_is_refused(void **unused)
{
    char text[TOPIC_MAX] = "as before";

    (void)unused;
    assert_int_equal(topic_format_snapshot(text, "short", ""), -EINVAL);
    assert_int_equal(topic_format_snapshot(text, NONCE "x", ""), -EINVAL);
    assert_int_equal(topic_format_snapshot(text, NONCE NONCE "0", ""), -EINVAL);
    assert_int_equal(topic_format_snapshot(text, NONCE, "sb1/h/"), -EINVAL);
    assert_int_equal(topic_format_snapshot(text, NONCE, "sb1/s/A"), -EINVAL);
    assert_string_equal(text, "as before");
}

static void
longest_parts_fit(void **unused)
{
    char id[TOPIC_ID_MAX], text[TOPIC_MAX], filter[TOPIC_MAX];
    struct topic t;

    (void)unused;
    memset(id, 'z', sizeof id);
    id[TOPIC_ID_MAX - 1] = '\0';
    assert_true(topic_format(filter, TOPIC_STATE, id) < TOPIC_MAX);
    assert_int_equal(parse(&t, filter), 0);
    assert_true(topic_format_snapshot(text, NONCE NONCE, filter) < TOPIC_MAX);
    assert_int_equal(parse(&t, text), 0);
    assert_string_equal(t.filter, filter);
}

/* vectors_check() wants an encoder: what was parsed formats to itself. */
static int
decode(void *out, const void *buf, size_t len)
{
    return topic_parse(out, buf, len);
}

static int
encode(const void *value, void *buf, size_t cap)
{
    const struct topic *t = value;
    char text[TOPIC_MAX];
    int len = t->kind == TOPIC_SNAPSHOT
                  ? topic_format_snapshot(text, t->nonce, t->filter)
                  : topic_format(text, t->kind, t->id);

    if (len < 0 || (size_t)len > cap)
        return -ENOBUFS;
    memcpy(buf, text, (size_t)len);
    return len;
}

static void
vectors_hold(void **unused)
{
    const struct vectors_codec codec = {
        .message = "topic",
        .size = sizeof(struct topic),
        .decode = decode,
        .encode = encode,
        .prefixes_may_pass = true,
    };

    (void)unused;
    vectors_check(&codec);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_follow_the_grammar),
        cmocka_unit_test(any_text_becomes_an_id),
        cmocka_unit_test(formatted_topics_parse),
        cmocka_unit_test(snapshot_topic_of_bad_parts_is_refused),
        cmocka_unit_test(longest_parts_fit),
        cmocka_unit_test(vectors_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
