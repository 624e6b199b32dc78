#include "services/state-aggregator/cache.h"

#include "proto/state.h"
#include "services/state-aggregator/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 UINT64_C(1000000)

static struct cache *
new_cache(size_t max)
{
    struct cache_options options = {
        .hub = "hub", .hub_epoch = 77, .max_engines = max};
    struct cache *c;

    assert_int_equal(cache_new(&c, &options), 0);
    return c;
}

/* Hand over one state of engine `id`, as it would arrive. */
static void
receive(struct cache *c, const char *id, const struct state *s, uint64_t now_ms)
{
    unsigned char buf[STATE_WIRE_MAX];
    char topic[TOPIC_MAX];
    int n = state_encode(s, buf, sizeof buf);
    struct cache_item m = {.topic = topic, .state = buf};

    assert_true(n > 0);
    m.topic_len = (size_t)topic_format(topic, TOPIC_STATE, id);
    m.state_len = (size_t)n;
    cache_receive(c, &m, now_ms);
}

static struct state
idle(uint64_t epoch_us, uint64_t seq)
{
    return (struct state){.minor = STATE_MINOR,
                          .epoch_us = epoch_us,
                          .instance = 1,
                          .seq = seq,
                          .ttl_ms = STATE_TTL_MS,
                          .name = STATE_IDLE};
}

static void
say_idle(struct cache *c, const char *id, uint64_t seq, uint64_t now_ms)
{
    struct state s = idle(1, seq);

    receive(c, id, &s, now_ms);
}

static size_t
count_relays(struct cache *c, uint64_t now_ms)
{
    struct cache_item item;
    size_t n = 0;

    while (cache_next_relay(c, now_ms, &item))
        n++;
    return n;
}

static struct beat
count(const struct cache *c)
{
    struct beat b = {0};

    cache_count(c, &b);
    return b;
}

/* Hand over a state of a later version: its key "zz" holds this number. */
static void
say_newer(struct cache *c, unsigned char seq, unsigned char zz, uint64_t now_ms)
{
    unsigned char sent[] = "\x89\xa1v\x09\xa1"
                           "e\x01\xa1i\x01\xa1q\x01\xa2ts\x01\xa2up\x01\xa3"
                           "ttl\x01\xa2st\xa4idle\xa2zz\x01";
    struct cache_item m = {.topic = "sb1/s/nas/",
                           .topic_len = 10,
                           .state = sent,
                           .state_len = sizeof sent - 1};

    sent[12] = sent[16] = sent[20] = seq; /* q, ts, up */
    sent[sizeof sent - 2] = zz;
    cache_receive(c, &m, now_ms);
}

static void
a_change_that_only_newer_programs_see_is_told_on(void **state)
{
    struct cache *c = new_cache(4);

    (void)state;
    say_newer(c, 1, 1, T0);
    assert_int_equal(count_relays(c, T0), 1);
    say_newer(c, 2, 1, T0 + 500); /* the same, a beat later */
    assert_int_equal(count_relays(c, T0 + 500), 0);
    say_newer(c, 3, 2, T0 + 1000);
    assert_int_equal(count_relays(c, T0 + 1000), 1);
    assert_int_equal(count(c).drop[REFUSAL_MESSAGE], 0);
    cache_free(c);
}

static void
the_bytes_are_told_on_as_they_came(void **state)
{
    /* A key of a later version, in a form that is not the shortest. */
    static const unsigned char sent[] = "\x88\xa1v\xcc\x01\xa1"
                                        "e\x01\xa1i\x01\xa1q\x01\xa2ts\x01"
                                        "\xa2up\x01\xa3ttl\xcd\x0d\xac\xa2st"
                                        "\xa4idle";
    struct cache *c = new_cache(4);
    struct cache_item m = {.topic = "sb1/s/nas/",
                           .topic_len = 10,
                           .state = sent,
                           .state_len = sizeof sent - 1};
    struct cache_item item;

    (void)state;
    cache_receive(c, &m, T0);
    assert_true(cache_next_relay(c, T0, &item));
    assert_int_equal(item.topic_len, 10);
    assert_memory_equal(item.topic, "sb1/s/nas/", 10);
    assert_int_equal(item.state_len, sizeof sent - 1);
    assert_memory_equal(item.state, sent, sizeof sent - 1);
    assert_string_equal(item.verdict.hub, "hub");
    assert_int_equal(item.verdict.hub_epoch, 77);
    assert_int_equal(item.verdict.relay, 1);
    assert_false(cache_next_relay(c, T0, &item));
    cache_free(c);
}

static void
what_is_refused_is_counted_by_its_reason(void **state)
{
    unsigned char big[STATE_WIRE_MAX + 1] = {0x80};
    const struct {
        const char *topic;
        const void *bytes;
        size_t len;
        enum refusal reason;
    } rows[] = {
        {"sb1/s/NAS/", "\x80", 1, REFUSAL_TOPIC},
        {"sb1/s/nas", "\x80", 1, REFUSAL_TOPIC},
        {"sb1/s//", "\x80", 1, REFUSAL_TOPIC},
        {"sb1/h/nas/", "\x80", 1, REFUSAL_TOPIC},
        {"sb1/z/0123456789abcdef/", "\x80", 1, REFUSAL_TOPIC},
        {"", "\x80", 1, REFUSAL_TOPIC},
        {"sb1/s/nas/", big, sizeof big, REFUSAL_SIZE},
        {"sb1/s/nas/", big, sizeof big - 1, REFUSAL_MESSAGE},
        {"sb1/s/nas/", "\x80", 1, REFUSAL_MESSAGE},
        {"sb1/s/nas/", "", 0, REFUSAL_MESSAGE},
        {"sb1/s/nas/", "\xdd\xff\xff\xff\xff", 5, REFUSAL_MESSAGE},
    };
    struct cache *c = new_cache(4);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct beat before = count(c);
        struct cache_item m = {.topic = rows[i].topic,
                               .topic_len = strlen(rows[i].topic),
                               .state = rows[i].bytes,
                               .state_len = rows[i].len};

        cache_receive(c, &m, T0);
        assert_int_equal(count(c).drop[rows[i].reason],
                         before.drop[rows[i].reason] + 1);
    }
    assert_int_equal(count(c).engines, 0);
    cache_refuse(c, REFUSAL_FRAMES);
    assert_int_equal(count(c).drop[REFUSAL_FRAMES], 1);
    cache_free(c);
}

static void
more_engines_than_the_maximum_are_refused(void **state)
{
    struct cache *c = new_cache(2);

    (void)state;
    say_idle(c, "a", 1, T0);
    say_idle(c, "b", 1, T0);
    say_idle(c, "c", 1, T0);
    say_idle(c, "b", 2, T0);
    assert_int_equal(count(c).engines, 2);
    assert_int_equal(count(c).drop[REFUSAL_FULL], 1);
    assert_int_equal(count(c).drop[REFUSAL_OLD], 0);
    cache_free(c);
}

static void
old_ones_and_twins_are_refused_and_leave_the_bytes(void **state)
{
    struct cache *c = new_cache(2);
    struct state lower = idle(0, 50);
    struct cache_item before, after;

    (void)state;
    say_idle(c, "a", 5, T0);
    cache_item_at(c, 0, T0, &before);
    say_idle(c, "a", 5, T0 + 1);
    say_idle(c, "a", 4, T0 + 1);
    receive(c, "a", &lower, T0 + 2);
    cache_item_at(c, 0, T0, &after);
    assert_int_equal(before.state_len, after.state_len);
    assert_int_equal(count(c).drop[REFUSAL_OLD], 2);
    assert_int_equal(count(c).drop[REFUSAL_TWIN], 1);
    assert_int_equal(count(c).on, 1);
    cache_free(c);
}

static void
over_the_rate_the_newest_waits_for_a_tick(void **state)
{
    struct cache *c = new_cache(2);
    struct cache_item item;
    struct state got;

    (void)state;
    for (uint64_t seq = 1; seq <= 100; seq++) {
        struct state s = idle(1, seq);

        s.has = STATE_HAS_RUN;
        s.run = seq;
        receive(c, "a", &s, T0);
    }
    /* One that made the entry, 20 that were paid for, 79 that waited. */
    assert_int_equal(count(c).drop[REFUSAL_RATE], 78);
    cache_tick(c, T0 + 49);
    cache_item_at(c, 0, T0, &item);
    assert_int_equal(state_decode(&got, item.state, item.state_len), 0);
    assert_int_equal(got.run, 21);
    cache_tick(c, T0 + 100);
    cache_item_at(c, 0, T0, &item);
    assert_int_equal(state_decode(&got, item.state, item.state_len), 0);
    assert_int_equal(got.run, 100);
    assert_int_equal(count(c).drop[REFUSAL_RATE], 78);
    cache_free(c);
}

static void
a_newer_message_overtakes_the_one_that_waits(void **state)
{
    struct cache *c = new_cache(2);

    (void)state;
    for (uint64_t seq = 1; seq <= 22; seq++)
        say_idle(c, "a", seq, T0);
    say_idle(c, "a", 23, T0 + 60);
    assert_int_equal(count(c).drop[REFUSAL_RATE], 1);
    cache_tick(c, T0 + 200);
    assert_int_equal(count(c).drop[REFUSAL_OLD], 0);
    cache_free(c);
}

static void
only_a_change_is_told_between_refreshes(void **state)
{
    struct cache *c = new_cache(2);
    struct state s = idle(1, 1);

    (void)state;
    receive(c, "a", &s, T0);
    assert_int_equal(count_relays(c, T0), 1);
    for (uint64_t i = 1; i <= 4; i++) { /* beats: other seq, ts, up */
        s.seq++;
        s.up_ms += 1000;
        s.sent_at_ms += 1000;
        receive(c, "a", &s, T0 + i * 1000);
    }
    assert_int_equal(count_relays(c, T0 + 4000), 0);
    s.seq++;
    s.name = STATE_QUEUED;
    receive(c, "a", &s, T0 + 4200);
    assert_int_equal(count_relays(c, T0 + 4200), 1);
    /* Too soon for the next one: a tick takes it, and the latest only. */
    for (int i = 0; i < 3; i++) {
        s.seq++;
        s.name = i == 1 ? STATE_SYNCING : STATE_IDLE;
        s.has = i == 1 ? STATE_HAS_RUN_TIMES : 0;
        receive(c, "a", &s, T0 + 4210);
    }
    assert_int_equal(count_relays(c, T0 + 4210), 0);
    cache_tick(c, T0 + 4250);
    assert_int_equal(count_relays(c, T0 + 4250), 1);
    cache_free(c);
}

static void
a_filter_finds_exactly_the_engines_it_is_a_prefix_of(void **state)
{
    static const char *const ids[] = {"b.1", "a", "a-b", "a.b", "ab",
                                      "b.2", "b", "a.1", "c"};
    static const struct {
        const char *filter;
        size_t count;
    } rows[] = {
        {"", 9},         {"sb1/s/", 9},   {"sb1/s/a", 5},   {"sb1/s/a/", 1},
        {"sb1/s/a.", 2}, {"sb1/s/b.", 2}, {"sb1/s/b/", 1},  {"sb1/s/d", 0},
        {"sb1/s/0", 0},  {"sb1/s/c/", 1}, {"sb1/s/cc/", 0}, {"sb1", 9},
    };
    struct cache *c = new_cache(16);

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        say_idle(c, ids[i], 1, T0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cache_range r = cache_find(c, rows[i].filter);
        struct cache_item item;

        assert_int_equal(r.count, rows[i].count);
        for (size_t k = 0; k < r.count; k++) {
            cache_item_at(c, r.first + k, T0, &item);
            assert_memory_equal(item.topic, rows[i].filter,
                                strlen(rows[i].filter));
        }
    }
    cache_free(c);
}

static void
a_stall_of_the_hub_makes_no_false_off(void **state)
{
    struct cache *c = new_cache(4);
    struct state s;

    (void)state;
    say_idle(c, "alive", 1, T0);
    say_idle(c, "dead", 1, T0);
    cache_tick(c, T0 + 100);
    /* Ten seconds later: first the delay, then what has queued up. */
    cache_add_delay(c, 9900);
    s = idle(1, 2);
    receive(c, "alive", &s, T0 + 10100);
    cache_tick(c, T0 + 10100);
    assert_int_equal(count(c).on, 2);
    cache_tick(c, T0 + 13401);
    assert_int_equal(count(c).on, 1);
    cache_tick(c, T0 + 13601);
    assert_int_equal(count(c).on, 0);
    cache_free(c);
}

static void
a_forgotten_engine_makes_room(void **state)
{
    struct cache *c = new_cache(2);
    uint64_t later = T0 + ENTRY_FORGET_MS + 4000;

    (void)state;
    say_idle(c, "a", 1, T0);
    say_idle(c, "b", 1, T0);
    cache_tick(c, T0 + 3600);
    say_idle(c, "b", 2, later - 2000);
    cache_tick(c, later);
    assert_int_equal(count(c).engines, 1);
    assert_int_equal(count_relays(c, later), 1); /* "a" was queued, too */
    say_idle(c, "c", 1, later);
    assert_int_equal(count(c).engines, 2);
    assert_int_equal(cache_find(c, "sb1/s/a/").count, 0);
    assert_int_equal(cache_find(c, "sb1/s/b/").count, 1);
    assert_int_equal(cache_find(c, "sb1/s/c/").count, 1);
    assert_int_equal(count_relays(c, later), 1);
    cache_free(c);
}

static void
an_engine_that_was_forgotten_is_news_to_those_who_remember(void **state)
{
    struct cache *c = new_cache(2);
    uint64_t now = T0, before = 0;
    struct cache_item item;

    (void)state;
    say_idle(c, "a", 1, now);
    for (; now < T0 + ENTRY_FORGET_MS + 10000; now += ENTRY_REFRESH_OFF_MS) {
        cache_tick(c, now);
        while (cache_next_relay(c, now, &item))
            before = item.verdict.relay;
    }
    cache_tick(c, now);
    assert_int_equal(count(c).engines, 0);
    assert_true(before > 1000);
    say_idle(c, "a", 2, now);
    assert_true(cache_next_relay(c, now, &item));
    assert_true(item.verdict.relay > before);
    cache_free(c);
}

static void
ten_thousand_engines_are_kept_and_found(void **state)
{
    struct cache *c = new_cache(CACHE_ENGINES_MAX);
    char id[32];

    (void)state;
    for (unsigned i = 0; i < CACHE_ENGINES_MAX; i++) {
        (void)snprintf(id, sizeof id, "host%u", i * 7919 % CACHE_ENGINES_MAX);
        say_idle(c, id, 1, T0);
    }
    assert_int_equal(count(c).engines, CACHE_ENGINES_MAX);
    assert_int_equal(count_relays(c, T0), CACHE_ENGINES_MAX);
    assert_int_equal(cache_find(c, "sb1/s/host12/").count, 1);
    assert_int_equal(cache_find(c, "sb1/s/host12").count, 111);
    cache_free(c);
}

/* ---- random messages against a plain model ------------------------------ */

struct model {
    bool known;
    uint64_t epoch, seq, relay;
    uint64_t heard_at_ms; /* as the relay before this one said */
};

/*
 * What a subscriber must always see, whatever is sent: r grows by one; while
 * an engine stays on, neither its session nor its seq fall; an engine heard
 * within its lease is not off, one past it is.
 */
static void
check_item(struct model *m, const struct cache_item *item, uint64_t now_ms)
{
    uint64_t heard_at_ms = now_ms - item->verdict.age_ms;
    struct state s;

    assert_int_equal(state_decode(&s, item->state, item->state_len), 0);
    assert_int_equal(item->verdict.relay, m->relay + 1);
    assert_int_equal(item->verdict.live == VERDICT_OFF,
                     item->verdict.age_ms > STATE_TTL_MS);
    assert_true(heard_at_ms >= m->heard_at_ms);
    if (m->known && now_ms - m->heard_at_ms <= STATE_TTL_MS) {
        assert_true(s.epoch_us > m->epoch ||
                    (s.epoch_us == m->epoch && s.seq >= m->seq));
    }
    *m = (struct model){.known = true,
                        .epoch = s.epoch_us,
                        .seq = s.seq,
                        .relay = item->verdict.relay,
                        .heard_at_ms = heard_at_ms};
}

static void
relay_all(struct cache *c, struct model *models, uint64_t now_ms)
{
    struct cache_item item;

    while (cache_next_relay(c, now_ms, &item))
        check_item(&models[item.topic[strlen("sb1/s/e")] - '0'], &item, now_ms);
}

static void
random_messages_never_break_the_order(void **state)
{
    unsigned seed = (unsigned)time(NULL);
    struct cache *c = new_cache(10);
    struct model models[10] = {0};
    uint64_t now_ms = T0;
    char id[] = "e0";

    (void)state;
    print_message("seed %u\n", seed);
    for (int i = 0; i < 200000; i++) {
        struct state s = idle((uint64_t)rand_r(&seed) % 3 + 1,
                              (uint64_t)i / 20 + (uint64_t)rand_r(&seed) % 30);

        id[1] = (char)('0' + rand_r(&seed) % 10);
        s.name = rand_r(&seed) % 2 == 0 ? STATE_IDLE : STATE_ERROR;
        if (rand_r(&seed) % 10 < 7)
            receive(c, id, &s, now_ms);
        if (rand_r(&seed) % 10 == 0)
            cache_tick(c, now_ms);
        if (rand_r(&seed) % 3 == 0)
            relay_all(c, models, now_ms);
        now_ms += (uint64_t)rand_r(&seed) % 100;
        if (rand_r(&seed) % 5000 == 0) {
            now_ms += 5000; /* all leases end */
            cache_tick(c, now_ms);
            assert_int_equal(count(c).on + count(c).dup, 0);
            relay_all(c, models, now_ms);
        }
    }
    cache_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_told_on_as_they_came),
        cmocka_unit_test(a_change_that_only_newer_programs_see_is_told_on),
        cmocka_unit_test(what_is_refused_is_counted_by_its_reason),
        cmocka_unit_test(more_engines_than_the_maximum_are_refused),
        cmocka_unit_test(old_ones_and_twins_are_refused_and_leave_the_bytes),
        cmocka_unit_test(over_the_rate_the_newest_waits_for_a_tick),
        cmocka_unit_test(a_newer_message_overtakes_the_one_that_waits),
        cmocka_unit_test(only_a_change_is_told_between_refreshes),
        cmocka_unit_test(a_filter_finds_exactly_the_engines_it_is_a_prefix_of),
        cmocka_unit_test(a_stall_of_the_hub_makes_no_false_off),
        cmocka_unit_test(a_forgotten_engine_makes_room),
        cmocka_unit_test(
            an_engine_that_was_forgotten_is_news_to_those_who_remember),
        cmocka_unit_test(ten_thousand_engines_are_kept_and_found),
        cmocka_unit_test(random_messages_never_break_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
