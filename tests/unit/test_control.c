#include "services/state-aggregator/control.h"

#include "proto/command.h"
#include "proto/reply.h"
#include "proto/state.h"
#include "proto/topic.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0         UINT64_C(1000000)
#define OPERATOR   "\0\x12\x34\x56\x78"
#define OPERATOR_N 5
#define REQUEST    "0123456789abcdef0123456789ABCDEF"

/* A hub that knows the engines "nas" and "tablet". */
struct world {
    struct cache *cache;
    struct control control;
};

static void
say_idle(struct cache *c, const char *id)
{
    struct state s = {.minor = STATE_MINOR,
                      .epoch_us = 1,
                      .instance = 1,
                      .seq = 1,
                      .ttl_ms = STATE_TTL_MS,
                      .name = STATE_IDLE};
    unsigned char buf[STATE_WIRE_MAX];
    char topic[TOPIC_MAX];
    struct cache_item m = {.topic = topic, .state = buf};
    int n = state_encode(&s, buf, sizeof buf);

    assert_true(n > 0);
    m.topic_len = (size_t)topic_format(topic, TOPIC_STATE, id);
    m.state_len = (size_t)n;
    cache_receive(c, &m, T0);
}

static int
start(void **state)
{
    struct cache_options options = {
        .hub = "hub", .hub_epoch = 7, .max_engines = 4};
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    assert_int_equal(cache_new(&w->cache, &options), 0);
    say_idle(w->cache, "nas");
    say_idle(w->cache, "tablet");
    *state = w;
    return 0;
}

static int
stop(void **state)
{
    struct world *w = *state;

    cache_free(w->cache);
    free(w);
    return 0;
}

static void
put(struct control_message *m, const void *data, size_t len)
{
    m->frame[m->count].data = data;
    m->frame[m->count].len = len;
    m->count++;
}

static struct control_message
from_operator(const char *address, const void *map, size_t len)
{
    struct control_message m = {.count = 0};

    put(&m, OPERATOR, OPERATOR_N);
    put(&m, address, strlen(address));
    put(&m, REQUEST, strlen(REQUEST));
    put(&m, map, len);
    return m;
}

static struct control_message
from_engine(const char *id, const void *map, size_t len)
{
    struct control_message m = {.count = 0};

    put(&m, id, strlen(id));
    put(&m, OPERATOR, OPERATOR_N);
    put(&m, REQUEST, strlen(REQUEST));
    put(&m, map, len);
    return m;
}

static size_t
write_command(unsigned char buf[COMMAND_WIRE_MAX])
{
    struct command c = {.minor = COMMAND_MINOR, .name = COMMAND_SYNC};
    int n = command_encode(&c, buf, COMMAND_WIRE_MAX);

    assert_true(n > 0);
    return (size_t)n;
}

static size_t
write_reply(unsigned char buf[REPLY_WIRE_MAX])
{
    static struct reply r;
    int n;

    reply_init(&r, REPLY_OK);
    n = reply_encode(&r, buf, REPLY_WIRE_MAX);
    assert_true(n > 0);
    return (size_t)n;
}

static struct control_verdict
judge(struct world *w, const struct control_message *m)
{
    return control_judge(&w->control, w->cache, m, T0);
}

static void
assert_forwarded(struct world *w, const struct control_message *m)
{
    assert_int_equal(judge(w, m).action, CONTROL_FORWARD);
}

static void
assert_answered(struct world *w, const struct control_message *m,
                enum reply_code code)
{
    struct control_verdict v = judge(w, m);

    assert_int_equal(v.action, CONTROL_ANSWER);
    assert_int_equal(v.code, code);
}

static void
assert_dropped(struct world *w, const struct control_message *m,
               enum control_reason reason)
{
    struct control_verdict v = judge(w, m);

    assert_int_equal(v.action, CONTROL_DROP);
    assert_int_equal(v.reason, reason);
}

static void
a_command_goes_to_whatever_may_be_an_engine(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX];
    size_t len = write_command(map);
    struct control_message m = from_operator("nas", map, len);
    struct control_verdict v;

    assert_forwarded(*state, &m);
    m = from_operator("na", map, len); /* told no state, may listen though */
    assert_forwarded(*state, &m);
    v = judge(*state, &m);
    v = control_undelivered(&v);
    assert_int_equal(v.action, CONTROL_ANSWER);
    assert_int_equal(v.code, REPLY_UNREACHABLE);
}

static void
a_command_of_a_newer_program_is_passed_on(void **state)
{
    static const char newer[] = "\x83\xa1v\x09\xa3"
                                "cmd\xa5purge\xa3new\x01";
    struct control_message m = from_operator("nas", newer, sizeof newer - 1);

    assert_forwarded(*state, &m);
}

static void
a_request_that_can_be_named_is_answered(void **state)
{
    unsigned char map[CONTROL_COMMAND_MAX + 1] = "";
    size_t len = write_command(map);
    struct control_message m = from_operator("nas", map, len - 1);

    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("nas", map, sizeof map);
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("nas", "\xdd\xff\xff\xff\xff", 5);
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("nas", "", 0);
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("NAS", map, len);
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("", map, len);
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m = from_operator("nas", map, len);
    m.count = CONTROL_FRAMES - 1; /* no map */
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
    m.count = CONTROL_FRAMES + 1;
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
}

static void
an_address_is_an_id_with_nothing_behind_it(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX];
    struct control_message m = from_operator("nas", map, write_command(map));

    m.frame[CONTROL_ADDRESS].len = 4; /* "nas" and a NUL */
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
}

static void
without_a_request_id_nothing_is_said(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX];
    struct control_message m = from_operator("nas", map, write_command(map));

    for (m.count = 1; m.count <= CONTROL_REQUEST; m.count++)
        assert_dropped(*state, &m, CONTROL_MALFORMED);
    m.count = CONTROL_FRAMES;
    m.frame[CONTROL_REQUEST].len--;
    assert_dropped(*state, &m, CONTROL_MALFORMED);
    m.frame[CONTROL_REQUEST].len++;
    m.frame[CONTROL_REQUEST].data = "0123456789abcdef0123456789abcdeg";
    assert_dropped(*state, &m, CONTROL_MALFORMED);
}

static void
a_reply_goes_to_the_operator(void **state)
{
    unsigned char map[REPLY_WIRE_MAX + 1] = "";
    size_t len = write_reply(map);
    struct control_message m = from_engine("nas", map, len);

    assert_forwarded(*state, &m);
    m = from_engine("nas", map, sizeof map);
    assert_dropped(*state, &m, CONTROL_NO_REPLY);
    m = from_engine("nas", map, len - 1);
    assert_dropped(*state, &m, CONTROL_NO_REPLY);
    m = from_engine("stranger", map, len); /* it told no state yet */
    assert_forwarded(*state, &m);
    m.frame[CONTROL_ADDRESS].data = "cli"; /* an operator with a name */
    m.frame[CONTROL_ADDRESS].len = 3;
    assert_forwarded(*state, &m);
    m = from_engine("nas", map, len);
    m.count = CONTROL_FRAMES + 1;
    assert_dropped(*state, &m, CONTROL_MALFORMED);
    m.count = CONTROL_FRAMES - 1;
    assert_dropped(*state, &m, CONTROL_MALFORMED);
}

static void
an_engine_is_no_operator(void **state)
{
    static const char odd[] = "\x82\xa1v\x01\xa3"
                              "cmd\x07";
    unsigned char map[COMMAND_WIRE_MAX];
    size_t len = write_command(map);
    struct control_message m = from_engine("tablet", map, len);

    assert_answered(*state, &m, REPLY_FORBIDDEN);
    m.frame[CONTROL_ADDRESS].data = "nas";
    m.frame[CONTROL_ADDRESS].len = 3;
    assert_answered(*state, &m, REPLY_FORBIDDEN);
    m.frame[CONTROL_MAP].data = odd;
    m.frame[CONTROL_MAP].len = sizeof odd - 1;
    assert_answered(*state, &m, REPLY_FORBIDDEN);
}

static void
an_operator_may_have_a_name(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX];
    struct control_message m = from_operator("nas", map, write_command(map));

    m.frame[CONTROL_SENDER].data = "cli";
    m.frame[CONTROL_SENDER].len = 3;
    assert_forwarded(*state, &m);
    m.frame[CONTROL_MAP].len--;
    assert_answered(*state, &m, REPLY_BAD_REQUEST);
}

static void
engines_do_not_answer_each_other(void **state)
{
    unsigned char map[REPLY_WIRE_MAX];
    struct control_message m = from_engine("tablet", map, write_reply(map));

    m.frame[CONTROL_ADDRESS].data = "nas";
    m.frame[CONTROL_ADDRESS].len = 3;
    assert_dropped(*state, &m, CONTROL_NO_REPLY);
}

static void
what_cannot_be_delivered_is_answered_only_if_it_asked(void **state)
{
    unsigned char map[REPLY_WIRE_MAX];
    struct control_message m = from_operator("nas", map, write_command(map));
    struct control_verdict v = judge(*state, &m);

    v = control_undelivered(&v);
    assert_int_equal(v.action, CONTROL_ANSWER);
    assert_int_equal(v.code, REPLY_UNREACHABLE);
    m = from_engine("nas", map, write_reply(map));
    v = judge(*state, &m);
    v = control_undelivered(&v);
    assert_int_equal(v.action, CONTROL_DROP);
    assert_int_equal(v.reason, CONTROL_GONE);
}

/* How many of n requests at now_ms are let through. */
static int
count_passed(struct world *w, const struct control_message *m, int n,
             uint64_t now_ms)
{
    int passed = 0;

    for (int i = 0; i < n; i++) {
        struct control_verdict v =
            control_judge(&w->control, w->cache, m, now_ms);

        passed += v.action == CONTROL_FORWARD;
        assert_true(v.action == CONTROL_FORWARD ||
                    v.reason == CONTROL_TOO_FAST);
    }
    return passed;
}

static void
each_operator_has_a_rate_of_its_own(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX];
    struct control_message m = from_operator("nas", map, write_command(map));
    struct control_message other = m;

    other.frame[CONTROL_SENDER].data = "\0\x12\x34\x56\x79";
    assert_int_equal(count_passed(*state, &m, 5000, T0), CONTROL_BURST);
    assert_int_equal(count_passed(*state, &other, 10, T0), 10);
    assert_int_equal(count_passed(*state, &m, 5000, T0 + 1000), CONTROL_RATE);
    assert_int_equal(count_passed(*state, &m, 5000, T0 + 3600000),
                     CONTROL_BURST);
}

static void
replies_are_not_held_back(void **state)
{
    unsigned char map[REPLY_WIRE_MAX];
    struct control_message m = from_engine("nas", map, write_reply(map));

    assert_int_equal(count_passed(*state, &m, 5000, T0), 5000);
}

static void
strangers_do_not_push_a_busy_operator_out(void **state)
{
    unsigned char map[COMMAND_WIRE_MAX], id[OPERATOR_N] = {0, 1};
    struct control_message m = from_operator("nas", map, write_command(map));
    struct control_message stranger = m;

    assert_int_equal(count_passed(*state, &m, 5000, T0), CONTROL_BURST);
    stranger.frame[CONTROL_SENDER].data = id;
    for (int i = 0; i < 3 * BUCKET_PEERS; i++) {
        id[2] = (unsigned char)i;
        id[3] = (unsigned char)(i >> 8);
        assert_int_equal(count_passed(*state, &stranger, 1, T0 + (uint64_t)i),
                         1);
        (void)count_passed(*state, &m, 5, T0 + (uint64_t)i);
    }
    assert_int_equal(count_passed(*state, &m, 5000, T0 + 768), 0);
}

static void
every_reason_has_a_token(void **state)
{
    (void)state;
    for (int i = 0; i < CONTROL_REASONS; i++)
        assert_true(strlen(control_reason_token((enum control_reason)i)) > 0);
    assert_string_equal(control_reason_token(CONTROL_REASONS), "");
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(a_command_goes_to_whatever_may_be_an_engine),
        IN_A_WORLD(a_command_of_a_newer_program_is_passed_on),
        IN_A_WORLD(a_request_that_can_be_named_is_answered),
        IN_A_WORLD(an_address_is_an_id_with_nothing_behind_it),
        IN_A_WORLD(without_a_request_id_nothing_is_said),
        IN_A_WORLD(a_reply_goes_to_the_operator),
        IN_A_WORLD(an_engine_is_no_operator),
        IN_A_WORLD(an_operator_may_have_a_name),
        IN_A_WORLD(engines_do_not_answer_each_other),
        IN_A_WORLD(what_cannot_be_delivered_is_answered_only_if_it_asked),
        IN_A_WORLD(each_operator_has_a_rate_of_its_own),
        IN_A_WORLD(replies_are_not_held_back),
        IN_A_WORLD(strangers_do_not_push_a_busy_operator_out),
        cmocka_unit_test(every_reason_has_a_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
