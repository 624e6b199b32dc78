#include "gateway/stream/cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define READ_MAX 65536

static void
put(struct events *c, const char *id, int value)
{
    char json[64];
    struct events_look look = {.id = id, .json = json};

    look.len = (size_t)snprintf(json, sizeof json, "%s%d", id, value);
    assert_int_equal(events_put(c, &look), 0);
}

/* Read up to limit pieces to out; how many there were. */
static size_t
read_some(struct cursor *at, const struct events *c, struct filter *f,
          size_t limit, char *out)
{
    struct piece piece;
    size_t n = 0, len = strlen(out);

    if (f != NULL)
        filter_resolve(f, c);
    while (n < limit && cursor_next(at, c, f, &piece) == 1) {
        memcpy(out + len, piece.data, piece.len);
        len += piece.len;
        *at = piece.after;
        shared_text_drop(piece.owner);
        n++;
    }
    out[len] = '\0';
    return n;
}

static void
add_word(char text[READ_MAX], const char *word)
{
    size_t len = strlen(text);

    (void)snprintf(text + len, READ_MAX - len, "%s%s", len > 0 ? " " : "",
                   word);
}

/* All there is, but only what data lines say, joined by spaces. */
static const char *
read_data(struct cursor *at, const struct events *c, struct filter *f)
{
    static char text[READ_MAX];
    char raw[READ_MAX] = "";
    char *rest = raw;
    const char *line;

    (void)read_some(at, c, f, SIZE_MAX, raw);
    text[0] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, "data: ", 6) != 0)
            continue;
        add_word(text, line + 6);
    }
    return text;
}

#define SNAPSHOT(rows) "{\"bus\":\"down\",\"asOfMs\":0,\"engines\":[ " rows "]}"

static void
a_reader_starts_with_the_snapshot(void **unused)
{
    struct events c;
    struct cursor at;
    char text[READ_MAX] = "";

    (void)unused;
    events_init(&c, 0xab);
    put(&c, "b", 1);
    put(&c, "a", 1);
    cursor_start(&at, &c);
    (void)read_some(&at, &c, NULL, SIZE_MAX, text);
    assert_memory_equal(text, "HTTP/1.1 200 OK\r\n", 17);
    assert_null(strstr(text, "\r\nContent-Length"));
    assert_string_equal(strstr(text, "\r\n\r\n") + 4,
                        "retry: 3000\n\n"
                        "event: snapshot\nid: ab-2\n"
                        "data: {\"bus\":\"down\",\"asOfMs\":0,\"engines\":[\n"
                        "data: a1\ndata: ,\ndata: b1\n"
                        "data: ]}\n\n");
    assert_string_equal(read_data(&at, &c, NULL), "");
    events_clear(&c);
}

static void
sweep(struct events *c, const char *id)
{
    events_find(c, id)->is_gone = true;
    events_sweep(c);
}

static void
when_an_engine_is_forgotten_a_snapshot_comes_again(void **unused)
{
    struct events c;
    struct cursor all, some;
    struct filter f = {.count = 2, .id = {"a", "b"}};

    (void)unused;
    events_init(&c, 1);
    put(&c, "a", 1);
    put(&c, "b", 1);
    put(&c, "c", 1);
    cursor_start(&all, &c);
    cursor_start(&some, &c);
    (void)read_data(&all, &c, NULL);
    (void)read_data(&some, &c, &f);
    put(&c, "b", 2); /* never to be told */
    sweep(&c, "b");
    assert_true(cursor_restart(&all));
    assert_true(cursor_restart(&some));
    filter_restart(&f);
    assert_string_equal(read_data(&all, &c, NULL), SNAPSHOT("a1 , c1 "));
    assert_string_equal(read_data(&some, &c, &f), SNAPSHOT("a1 "));
    put(&c, "b", 3);
    put(&c, "c", 2);
    put(&c, "c", 3);
    assert_string_equal(read_data(&all, &c, NULL), "{\"skipped\":1} b3 c3");
    assert_string_equal(read_data(&some, &c, &f), "b3");
    events_clear(&c);
}

static void
who_was_resuming_or_reading_the_snapshot_begins_anew_as_well(void **unused)
{
    char text[READ_MAX] = "";
    struct events c;
    struct cursor at;

    (void)unused;
    events_init(&c, 1);
    put(&c, "a", 1);
    put(&c, "b", 1);
    cursor_resume(&at, &c, 2);
    sweep(&c, "b");
    assert_true(cursor_restart(&at));
    assert_string_equal(read_data(&at, &c, NULL), SNAPSHOT("a1 "));
    cursor_start(&at, &c);
    (void)read_some(&at, &c, NULL, 2, text); /* head and begin */
    assert_false(cursor_restart(&at));
    events_clear(&c);
}

static void
changes_come_in_order_and_once(void **unused)
{
    struct events c;
    struct cursor at;

    (void)unused;
    events_init(&c, 1);
    cursor_start(&at, &c);
    assert_string_equal(read_data(&at, &c, NULL), SNAPSHOT(""));
    put(&c, "b", 1);
    put(&c, "a", 1);
    assert_string_equal(read_data(&at, &c, NULL), "b1 a1");
    put(&c, "b", 2);
    assert_string_equal(read_data(&at, &c, NULL), "b2");
    put(&c, "b", 3);
    put(&c, "c", 1);
    assert_string_equal(read_data(&at, &c, NULL), "b3 c1");
    assert_string_equal(read_data(&at, &c, NULL), "");
    events_clear(&c);
}

static void
what_changes_during_the_snapshot_comes_behind_it(void **unused)
{
    struct events c;
    struct cursor at;
    char text[READ_MAX] = "";

    (void)unused;
    events_init(&c, 1);
    put(&c, "b", 1);
    put(&c, "d", 1);
    cursor_start(&at, &c);
    /* Head, beginning, b, comma. */
    assert_int_equal(read_some(&at, &c, NULL, 4, text), 4);
    put(&c, "a", 1); /* before where it is */
    put(&c, "b", 2); /* sent already */
    put(&c, "c", 1); /* between what was sent and what comes next */
    put(&c, "e", 1); /* still to come: in the snapshot, and behind it */
    assert_string_equal(read_data(&at, &c, NULL), "d1 , e1 ]} a1 b2 c1 e1");
    events_clear(&c);
}

static void
the_slow_get_the_newest_and_the_number_of_the_rest(void **unused)
{
    struct events c;
    struct cursor at;

    (void)unused;
    events_init(&c, 1);
    cursor_start(&at, &c);
    (void)read_data(&at, &c, NULL);
    for (int i = 1; i <= 5; i++) {
        put(&c, "a", i);
        put(&c, "b", i);
    }
    assert_string_equal(read_data(&at, &c, NULL), "{\"skipped\":8} a5 b5");
    put(&c, "a", 6);
    assert_string_equal(read_data(&at, &c, NULL), "a6");
    events_clear(&c);
}

static void
a_gap_while_catching_up_is_told_too(void **unused)
{
    struct events c;
    struct cursor at;
    char text[READ_MAX] = "";

    (void)unused;
    events_init(&c, 1);
    cursor_start(&at, &c);
    (void)read_data(&at, &c, NULL);
    put(&c, "a", 1);
    put(&c, "b", 1);
    put(&c, "a", 2);
    /* The gap (a1), then b1: a2 is still to come, and overtaken. */
    assert_int_equal(read_some(&at, &c, NULL, 2, text), 2);
    assert_non_null(strstr(text, "{\"skipped\":1}"));
    assert_non_null(strstr(text, "b1"));
    put(&c, "a", 3);
    put(&c, "a", 4);
    assert_string_equal(read_data(&at, &c, NULL), "{\"skipped\":2} a4");
    events_clear(&c);
}

static void
a_filter_counts_only_its_own(void **unused)
{
    struct events c;
    struct cursor at;
    struct filter f;

    (void)unused;
    events_init(&c, 1);
    put(&c, "a", 1);
    put(&c, "b", 1);
    put(&c, "c", 1);
    assert_int_equal(filter_parse(&f, "engine=c&engine=a&engine=z"), 0);
    cursor_start(&at, &c);
    assert_string_equal(read_data(&at, &c, &f), SNAPSHOT("c1 , a1 "));
    for (int i = 2; i <= 4; i++) {
        put(&c, "a", i);
        put(&c, "b", i);
    }
    put(&c, "z", 1);
    assert_string_equal(read_data(&at, &c, &f), "{\"skipped\":2} a4 z1");
    put(&c, "b", 5);
    assert_string_equal(read_data(&at, &c, &f), "");
    put(&c, "c", 2);
    assert_string_equal(read_data(&at, &c, &f), "c2");
    events_clear(&c);
}

static void
who_comes_back_gets_what_changed_since(void **unused)
{
    struct events c;
    struct cursor at;

    (void)unused;
    events_init(&c, 1);
    put(&c, "a", 1); /* 1 */
    put(&c, "b", 1); /* 2 */
    put(&c, "c", 1); /* 3 */
    put(&c, "a", 2); /* 4 */
    cursor_resume(&at, &c, 2);
    assert_string_equal(read_data(&at, &c, NULL), "c1 a2");
    cursor_resume(&at, &c, 4);
    assert_string_equal(read_data(&at, &c, NULL), "");
    put(&c, "b", 2);
    assert_string_equal(read_data(&at, &c, NULL), "b2");
    events_clear(&c);
}

static void
beats_come_behind_everything_and_are_not_kept(void **unused)
{
    struct events c;
    struct cursor at;
    const char *text;

    (void)unused;
    events_init(&c, 1);
    assert_int_equal(events_beat(&c), 0);
    cursor_start(&at, &c);
    (void)read_data(&at, &c, NULL);
    assert_int_equal(events_beat(&c), 0);
    assert_int_equal(events_beat(&c), 0);
    put(&c, "a", 1);
    text = read_data(&at, &c, NULL);
    assert_string_equal(text,
                        "a1 {\"bus\":\"down\",\"engines\":0,\"asOfMs\":0}");
    assert_string_equal(read_data(&at, &c, NULL), "");
    events_clear(&c);
}

static void
looking_ahead_changes_nothing(void **unused)
{
    struct events c;
    struct cursor at, ahead;
    struct piece piece;

    (void)unused;
    events_init(&c, 1);
    cursor_start(&at, &c);
    (void)read_data(&at, &c, NULL);
    put(&c, "a", 1);
    put(&c, "a", 2);
    ahead = at;
    while (cursor_next(&ahead, &c, NULL, &piece) == 1)
        shared_text_drop(piece.owner);
    put(&c, "a", 3);
    assert_string_equal(read_data(&at, &c, NULL), "{\"skipped\":2} a3");
    events_clear(&c);
}

/* The same numbers on every machine. */
static uint32_t seed;

static uint32_t
roll(uint32_t sides)
{
    seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (seed >> 8) % sides;
}

/* What a reader knows, by the events it got; 26 engines. */
struct known {
    int value[26];
    uint64_t states, skipped;
};

static void
learn_word(struct known *k, const char *word)
{
    static const char gap[] = "{\"skipped\":";

    if (strncmp(word, gap, sizeof gap - 1) == 0) {
        k->skipped += strtoull(word + sizeof gap - 1, NULL, 10);
    } else if (*word >= 'a' && *word <= 'z') {
        int value = (int)strtol(word + 1, NULL, 10);

        assert_true(value >= k->value[*word - 'a']);
        k->value[*word - 'a'] = value;
        k->states++;
    }
}

static void
learn(struct known *k, const char *data)
{
    char copy[READ_MAX];
    char *rest = copy;
    const char *word;

    (void)snprintf(copy, sizeof copy, "%s", data);
    while ((word = strsep(&rest, " ")) != NULL)
        learn_word(k, word);
}

static const char *
data_of(char *text)
{
    static char out[READ_MAX];
    const char *line;

    out[0] = '\0';
    while ((line = strsep(&text, "\n")) != NULL) {
        if (strncmp(line, "data: ", 6) == 0)
            add_word(out, line + 6);
    }
    return out;
}

static void
change_or_read(struct events *c, struct cursor *at, struct known *k,
               int value[26], uint32_t engines)
{
    char id[2] = {(char)('a' + (int)roll(engines)), '\0'};
    char text[READ_MAX] = "";

    if (roll(3) > 0) {
        put(c, id, ++value[id[0] - 'a']);
    } else {
        (void)read_some(at, c, NULL, roll(5), text);
        learn(k, data_of(text));
    }
}

/* Random changes and random reading: in the end nothing is unaccounted for. */
static void
whatever_the_pace_every_change_is_got_or_counted(void **unused)
{
    (void)unused;
    for (uint32_t i = 1; i <= 200; i++) {
        int value[26] = {0};
        struct known k = {0};
        struct events c;
        struct cursor at;

        seed = i;
        events_init(&c, 1);
        cursor_start(&at, &c);
        (void)read_data(&at, &c, NULL);
        for (int step = 0; step < 300; step++)
            change_or_read(&c, &at, &k, value, 1 + i % 26);
        learn(&k, read_data(&at, &c, NULL));
        assert_memory_equal(k.value, value, sizeof value);
        assert_int_equal(k.states + k.skipped, c.newest_number);
        events_clear(&c);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_starts_with_the_snapshot),
        cmocka_unit_test(when_an_engine_is_forgotten_a_snapshot_comes_again),
        cmocka_unit_test(
            who_was_resuming_or_reading_the_snapshot_begins_anew_as_well),
        cmocka_unit_test(changes_come_in_order_and_once),
        cmocka_unit_test(what_changes_during_the_snapshot_comes_behind_it),
        cmocka_unit_test(the_slow_get_the_newest_and_the_number_of_the_rest),
        cmocka_unit_test(a_gap_while_catching_up_is_told_too),
        cmocka_unit_test(a_filter_counts_only_its_own),
        cmocka_unit_test(who_comes_back_gets_what_changed_since),
        cmocka_unit_test(beats_come_behind_everything_and_are_not_kept),
        cmocka_unit_test(looking_ahead_changes_nothing),
        cmocka_unit_test(whatever_the_pace_every_change_is_got_or_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
