#include "proto/state.h"

#include "tests/support/vectors.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define INT53_MAX ((UINT64_C(1) << 53) - 1)

VECTORS_CHECK_OF(state)

static void
vectors_hold(void **unused)
{
    (void)unused;
    check_vectors("state");
}

static struct state
load(const char *name)
{
    unsigned char buf[VECTORS_WIRE_MAX];
    struct state s;

    assert_int_equal(state_decode(&s, buf, vectors_load(name, buf)), 0);
    return s;
}

static void
minimal_message_has_its_header_and_nothing_else(void **unused)
{
    struct state s = load("state-minimal");

    (void)unused;
    assert_int_equal(s.minor, 1);
    assert_int_equal(s.epoch_us, 1795495875012345);
    assert_int_equal(s.instance, 3735928559);
    assert_int_equal(s.seq, 1);
    assert_int_equal(s.sent_at_ms, 1795495875100);
    assert_int_equal(s.up_ms, 88);
    assert_int_equal(s.ttl_ms, 3500);
    assert_int_equal(s.name, STATE_IDLE);
    assert_int_equal(s.has, 0);
}

/* Which key fills which member: a swap would survive every round trip. */
static void
full_message_fills_each_member(void **unused)
{
    struct state s = load("state-full");

    (void)unused;
    assert_int_equal(s.has, (1u << 20) - 1);
    assert_int_equal(s.name, STATE_SYNCING);
    assert_string_equal(s.phase, "send-chunks");
    assert_int_equal(s.run, 18);
    assert_int_equal(s.run_up_ms, 1000);
    assert_int_equal(s.progress_up_ms, 2000);
    assert_int_equal(s.items.current, 12);
    assert_int_equal(s.items.total, 40);
    assert_int_equal(s.bytes.current, 7340032);
    assert_int_equal(s.bytes.total, 25165824);
    assert_int_equal(s.permille, 574);
    assert_int_equal(s.bytes_per_second, 5242880);
    assert_string_equal(s.item, "/assets/figure.png");
    assert_string_equal(s.msg, "second try");
    assert_true(s.enabled);
    assert_string_equal(s.provider, "webdav");
    assert_string_equal(s.cloud, "main");
    assert_string_equal(s.repo, "0123456789abcdef");
    assert_string_equal(s.head, "3b6e9cfa0638699ff9f954594602518645ec38a0");
    assert_int_equal(s.synced_at_ms, 1795495860001);
    assert_int_equal(s.next_at_ms, 1795495905100);
    assert_int_equal(s.failures, 2);
    assert_int_equal(s.counts.ok, 16);
    assert_int_equal(s.counts.failed, 1);
    assert_int_equal(s.counts.conflicts, 3);
    assert_int_equal(s.counts.sent_bytes, 123456789);
    assert_int_equal(s.counts.received_bytes, 987654321);
    assert_string_equal(s.info.host, "nas");
    assert_string_equal(s.info.os, "linux");
    assert_string_equal(s.info.version, "0.1.0");
    assert_string_equal(s.info.name, "notes of the family");
}

static void
full_message_fills_each_member_of_the_last_run(void **unused)
{
    struct state_last last = load("state-full").last;

    (void)unused;
    assert_int_equal(last.run, 17);
    assert_false(last.ok);
    assert_string_equal(last.code, "quota");
    assert_string_equal(last.why, "507 Insufficient Storage");
    assert_int_equal(last.at_ms, 1795495870000);
    assert_int_equal(last.duration_ms, 2210);
    assert_string_equal(last.direction, "both");
    assert_int_equal(last.sent.files, 3);
    assert_int_equal(last.sent.chunks, 1);
    assert_int_equal(last.sent.bytes, 9600);
    assert_int_equal(last.received.files, 1);
    assert_int_equal(last.received.chunks, 2);
    assert_int_equal(last.received.bytes, 16000);
    assert_int_equal(last.upserts, 4);
    assert_int_equal(last.removes, 5);
    assert_int_equal(last.conflicts, 6);
}

static void
each_optional_field_sets_its_own_bit(void **unused)
{
    static const struct {
        const char *name;
        uint32_t has;
    } cases[] = {
        {"state-only-ph", STATE_HAS_PHASE},
        {"state-only-run", STATE_HAS_RUN},
        {"state-run-times-idle", STATE_HAS_RUN_TIMES},
        {"state-only-ru", 0},
        {"state-only-pr", 0},
        {"state-only-n", STATE_HAS_ITEMS},
        {"state-only-b", STATE_HAS_BYTES},
        {"state-only-pm", STATE_HAS_PERMILLE},
        {"state-only-bps", STATE_HAS_RATE},
        {"state-only-it", STATE_HAS_ITEM},
        {"state-only-msg", STATE_HAS_MSG},
        {"state-only-en", STATE_HAS_ENABLED},
        {"state-only-prov", STATE_HAS_PROVIDER},
        {"state-only-cloud", STATE_HAS_CLOUD},
        {"state-only-rp", STATE_HAS_REPO},
        {"state-only-hd", STATE_HAS_HEAD},
        {"state-only-sync", STATE_HAS_SYNCED},
        {"state-only-last", STATE_HAS_LAST},
        {"state-only-nx", STATE_HAS_NEXT},
        {"state-only-fl", STATE_HAS_FAILURES},
        {"state-only-cnt", STATE_HAS_COUNTS},
        {"state-only-inf", STATE_HAS_INFO},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(load(cases[i].name).has, cases[i].has);
}

static void
random_text(char *out, size_t cap)
{
    size_t len = vectors_random() % 3 == 0 ? cap - 1 : vectors_random() % cap;
    char *src = out;

    for (size_t i = 0; i < len; i++)
        src[i] = (char)('!' + vectors_random() % 90);
    src[len] = '\0';
}

static void
random_hex(char *out, size_t cap)
{
    size_t len = vectors_random() % cap;

    for (size_t i = 0; i < len; i++)
        out[i] = "0123456789abcdef"[vectors_random() % 16];
}

/* Small and large numbers alike. */
static uint64_t
random53(void)
{
    return (vectors_random() & INT53_MAX) >> (vectors_random() % 54);
}

static void
random_numbers(void *out, size_t size)
{
    uint64_t *numbers = out;

    for (size_t i = 0; i < size / sizeof *numbers; i++)
        numbers[i] = random53();
}

static void
random_last(struct state_last *last)
{
    random_numbers(&last->run, sizeof last->run);
    last->ok = vectors_random() % 2;
    random_text(last->code, sizeof last->code);
    random_text(last->why, sizeof last->why);
    random_numbers(&last->at_ms, sizeof last->at_ms);
    random_numbers(&last->duration_ms, sizeof last->duration_ms);
    random_text(last->direction, sizeof last->direction);
    random_numbers(&last->sent, sizeof last->sent);
    random_numbers(&last->received, sizeof last->received);
    last->upserts = random53();
    last->removes = random53();
    last->conflicts = random53();
}

static void
random_texts(struct state *s)
{
    random_text(s->phase, sizeof s->phase);
    random_text(s->item, sizeof s->item);
    random_text(s->msg, sizeof s->msg);
    random_text(s->provider, sizeof s->provider);
    random_text(s->cloud, sizeof s->cloud);
    random_hex(s->repo, sizeof s->repo);
    random_hex(s->head, sizeof s->head);
    random_text(s->info.host, sizeof s->info.host);
    random_text(s->info.os, sizeof s->info.os);
    random_text(s->info.version, sizeof s->info.version);
    random_text(s->info.name, sizeof s->info.name);
}

static void
random_struct(struct state *s)
{
    memset(s, 0, sizeof *s);
    s->minor = random53();
    s->epoch_us = random53();
    s->instance = (uint32_t)vectors_random();
    s->seq = random53();
    s->sent_at_ms = random53();
    s->up_ms = random53();
    s->ttl_ms = random53();
    s->name = (enum state_name)(vectors_random() % STATE_NAME_COUNT);
    s->has = (uint32_t)vectors_random() & ((1u << 20) - 1);
    if (vectors_random() % 4 == 0)
        s->has = (1u << 20) - 1;
    random_texts(s);
    s->run = random53();
    s->run_up_ms = random53();
    s->progress_up_ms = random53();
    random_numbers(&s->items, sizeof s->items);
    random_numbers(&s->bytes, sizeof s->bytes);
    s->permille = vectors_random() % (STATE_PERMILLE + 1);
    s->bytes_per_second = random53();
    s->enabled = vectors_random() % 2;
    s->synced_at_ms = random53();
    random_last(&s->last);
    s->next_at_ms = random53();
    s->failures = random53();
    random_numbers(&s->counts, sizeof s->counts);
}

static void
random_states_fit_and_come_back(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3000; i++) {
        unsigned char first[STATE_WIRE_MAX], second[STATE_WIRE_MAX];
        struct state s, back;
        int len;

        random_struct(&s);
        len = state_encode(&s, first, sizeof first);
        assert_in_range(len, 1, STATE_WIRE_MAX);
        assert_int_equal(state_decode(&back, first, (size_t)len), 0);
        assert_int_equal(state_encode(&back, second, sizeof second), len);
        assert_memory_equal(first, second, (size_t)len);
        if (s.name == STATE_SYNCING)
            s.has |= STATE_HAS_RUN_TIMES;
        assert_int_equal(back.has, s.has);
    }
}

/* Absent is unknown: nothing of an earlier or random value shines through. */
static void
absent_fields_are_zero(void **unused)
{
    struct state s = load("state-minimal"), zero;

    (void)unused;
    memset(&zero, 0, sizeof zero);
    assert_memory_equal(&s.items, &zero.items, sizeof s.items);
    assert_memory_equal(&s.counts, &zero.counts, sizeof s.counts);
    assert_string_equal(s.item, "");
    assert_string_equal(s.last.code, "");
    assert_int_equal(load("state-only-ru").run_up_ms, 0);
}

static void
any_smaller_buffer_is_refused_and_not_passed(void **unused)
{
    struct state s = load("state-full");
    unsigned char buf[STATE_WIRE_MAX + 1];
    int len = state_encode(&s, buf, STATE_WIRE_MAX);

    (void)unused;
    for (size_t cap = 0; cap < (size_t)len; cap++) {
        memset(buf, 0x5a, sizeof buf);
        assert_int_equal(state_encode(&s, buf, cap), -ENOBUFS);
        assert_int_equal(buf[cap], 0x5a);
    }
}

static void
syncing_always_carries_its_times(void **unused)
{
    struct state s = {.name = STATE_SYNCING, .ttl_ms = STATE_TTL_MS};
    struct state back;
    unsigned char buf[STATE_WIRE_MAX];
    int len = state_encode(&s, buf, sizeof buf);

    (void)unused;
    assert_true(len > 0);
    assert_int_equal(state_decode(&back, buf, (size_t)len), 0);
    assert_int_equal(back.has, STATE_HAS_RUN_TIMES);
}

static void
order_is_epoch_then_instance_then_seq(void **unused)
{
    const struct state base = {.epoch_us = 5, .instance = 5, .seq = 5};
    struct state other = base;

    (void)unused;
    assert_int_equal(state_compare(&base, &other), 0);
    other.seq = 6;
    assert_true(state_compare(&base, &other) < 0);
    other.instance = 4;
    assert_true(state_compare(&base, &other) > 0);
    other.epoch_us = 6;
    assert_true(state_compare(&base, &other) < 0);
    assert_true(state_compare(&other, &base) > 0);
    other = base;
    other.epoch_us = UINT64_MAX;
    assert_true(state_compare(&base, &other) < 0);
}

static void
every_state_has_its_word(void **unused)
{
    (void)unused;
    assert_string_equal(state_token(STATE_DISABLED), "disabled");
    assert_string_equal(state_token(STATE_IDLE), "idle");
    assert_string_equal(state_token(STATE_QUEUED), "queued");
    assert_string_equal(state_token(STATE_SYNCING), "syncing");
    assert_string_equal(state_token(STATE_ERROR), "error");
    assert_string_equal(state_token(STATE_BYE), "bye");
    assert_string_equal(state_token(STATE_NAME_COUNT), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_hold),
        cmocka_unit_test(minimal_message_has_its_header_and_nothing_else),
        cmocka_unit_test(full_message_fills_each_member),
        cmocka_unit_test(full_message_fills_each_member_of_the_last_run),
        cmocka_unit_test(each_optional_field_sets_its_own_bit),
        cmocka_unit_test(random_states_fit_and_come_back),
        cmocka_unit_test(absent_fields_are_zero),
        cmocka_unit_test(any_smaller_buffer_is_refused_and_not_passed),
        cmocka_unit_test(syncing_always_carries_its_times),
        cmocka_unit_test(order_is_epoch_then_instance_then_seq),
        cmocka_unit_test(every_state_has_its_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
