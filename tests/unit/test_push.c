#include "gateway/stream/push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SAID_MAX 32768

/* An engine, what was told of it, and what is said: one word per message. */
struct stage {
    struct copy_engine engine;
    struct push_told told;
    uint64_t boot_ms;
    enum lang lang;
    char said[SAID_MAX]; /* "0 1 ": codes; texts of the status bar in [] */
    char last[SAID_MAX]; /* the last message, as JSON */
    size_t starts, ends;
};

static void
cut_out(char *out, size_t cap, const char *json, size_t len, const char *key)
{
    const char *at = memmem(json, len, key, strlen(key));
    size_t n = 0;

    assert_non_null(at);
    for (at += strlen(key); *at != '"' && n + 1 < cap; at++)
        out[n++] = *at;
    out[n] = '\0';
}

static void
add_word(struct stage *s, const char *word)
{
    size_t len = strlen(s->said);

    (void)snprintf(s->said + len, sizeof s->said - len, "%s ", word);
}

static void
hear(void *self, const char *json, size_t len)
{
    struct stage *s = self;
    char cmd[32], msg[SAID_MAX];
    size_t said = strlen(s->said);

    assert_true(len > 0 && len <= PUSH_TEXT_MAX);
    memcpy(s->last, json, len);
    s->last[len] = '\0';
    cut_out(cmd, sizeof cmd, s->last, len, "\"cmd\":\"");
    cut_out(msg, sizeof msg, s->last, len, "\"msg\":\"");
    if (strcmp(cmd, "statusbar") == 0) {
        char *moment = strrchr(msg, '(');

        /* " (2026-07-21 12:34:56)" */
        assert_non_null(moment);
        assert_int_equal(strlen(moment), 21);
        moment[-1] = '\0';
        (void)snprintf(s->said + said, sizeof s->said - said, "[%s] ", msg);
        return;
    }
    assert_string_equal(cmd, "syncing");
    if (memmem(json, len, "\"code\":0", 8) != NULL) {
        s->starts++;
        add_word(s, "0");
    } else {
        s->ends++;
        add_word(s, memmem(json, len, "\"code\":1", 8) != NULL ? "1" : "2");
    }
    /* Never two runs at once, never an end without a start. */
    assert_true(s->starts == s->ends || s->starts == s->ends + 1);
}

static void
step(struct stage *s)
{
    struct push_scene scene = {.engine = &s->engine,
                               .boot_ms = s->boot_ms,
                               .wall_ms = UINT64_C(1795527342463),
                               .lang = s->lang};
    struct push_sink sink = {.add = hear, .self = s};

    s->said[0] = '\0';
    push_step(&s->told, &scene, &sink);
}

static void
show(struct stage *s, enum state_name name, uint64_t run)
{
    static const enum copy_shown shown[STATE_NAME_COUNT] = {
        [STATE_DISABLED] = COPY_DISABLED, [STATE_IDLE] = COPY_IDLE,
        [STATE_QUEUED] = COPY_QUEUED,     [STATE_SYNCING] = COPY_SYNCING,
        [STATE_ERROR] = COPY_ERROR,       [STATE_BYE] = COPY_OFFLINE};

    s->engine.state.name = name;
    s->engine.state.run = run;
    s->engine.shown = shown[name];
    s->engine.state.has |= STATE_HAS_RUN;
}

static void
finish(struct stage *s, uint64_t run, bool ok)
{
    struct state_last *l = &s->engine.state.last;

    s->engine.state.has |= STATE_HAS_LAST;
    *l = (struct state_last){
        .run = run, .ok = ok, .at_ms = 1000 + run, .duration_ms = 1500};
    if (!ok)
        strcpy(l->code, "network");
}

static void
in_phase(struct stage *s, const char *phase, uint64_t current, uint64_t total)
{
    struct state *state = &s->engine.state;

    (void)snprintf(state->phase, sizeof state->phase, "%s", phase);
    state->items = (struct state_count){current, total};
}

/* An idle engine that was looked at once. */
static struct stage *
new_stage(void)
{
    struct stage *s = calloc(1, sizeof *s);

    assert_non_null(s);
    strcpy(s->engine.state.provider, "local");
    s->boot_ms = 1000000;
    show(s, STATE_IDLE, 0);
    finish(s, 7, true);
    step(s);
    assert_string_equal(s->said, "");
    return s;
}

#define DONE "[Data snapshot has been synchronized, took 1.50s] 1 "
#define FAILED                                                                 \
    "[Sync failed: The network is abnormal, please try again later"            \
    " (Provider: Local File System)] 2 "

static void
a_run_is_told_to_start_and_to_end(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    assert_string_equal(s->said, "0 ");
    step(s);
    assert_string_equal(s->said, "");
    show(s, STATE_IDLE, 8);
    finish(s, 8, true);
    step(s);
    assert_string_equal(s->said, DONE);
    step(s);
    assert_string_equal(s->said, "");
    free(s);
}

static void
a_failure_is_told_in_siyuans_words(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    show(s, STATE_ERROR, 8);
    finish(s, 8, false);
    step(s);
    assert_string_equal(s->said, FAILED);
    free(s);
}

static void
runs_that_nobody_saw_are_told(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    finish(s, 8, true);
    step(s);
    assert_string_equal(s->said, "0 " DONE);
    /* One ended and the next one began. */
    show(s, STATE_SYNCING, 9);
    step(s);
    show(s, STATE_SYNCING, 10);
    finish(s, 9, false);
    step(s);
    assert_string_equal(s->said, FAILED "0 ");
    /* That one and another one ended, and a third began. */
    show(s, STATE_SYNCING, 12);
    finish(s, 11, true);
    step(s);
    assert_string_equal(s->said, DONE "0 " DONE "0 ");
    free(s);
}

static void
a_run_that_ends_without_a_record_ends_all_the_same(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    show(s, STATE_IDLE, 8);
    step(s);
    assert_int_equal(s->ends, 1);
    /* An engine that never says how runs ended. */
    s->engine.state.has &= ~(uint32_t)STATE_HAS_LAST;
    show(s, STATE_SYNCING, 9);
    step(s);
    show(s, STATE_IDLE, 9);
    step(s);
    assert_non_null(strstr(s->said, "1 "));
    show(s, STATE_SYNCING, 10);
    step(s);
    show(s, STATE_ERROR, 10);
    step(s);
    assert_non_null(strstr(s->said, "2 "));
    assert_int_equal(s->starts, s->ends);
    free(s);
}

static void
who_looks_for_the_first_time_is_not_told_of_the_past(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    s->told = (struct push_told){0};
    step(s);
    assert_string_equal(s->said, "");
    s->told = (struct push_told){0};
    show(s, STATE_SYNCING, 8);
    step(s);
    assert_string_equal(s->said, "0 ");
    free(s);
}

static void
counts_are_shown_at_siyuans_steps(void **unused)
{
    static const struct {
        const char *phase;
        uint64_t current;
        const char *said;
    } rows[] = {
        {"load", 5, "[Indexing data repo, getting the latest file 0/99] "},
        {"load", 63, ""},
        {"load", 70, "[Indexing data repo, getting the latest file 64/99] "},
        {"index", 31, "[Indexing data repo, inserting file 0/99] "},
        {"index", 40, "[Indexing data repo, inserting file 32/99] "},
        {"lock", 0, "[Locking cloud sync directory] "},
        {"lock", 9, ""},
        {"fetch-ref", 0, "[Downloading data repo reference refs/latest] "},
        {"fetch-index", 0, "[Downloading data repo snapshot 0123456] "},
        {"fetch-files", 8, "[Downloading data repo file 8/99] "},
        {"fetch-files", 15, ""},
        {"fetch-files", 16, "[Downloading data repo file 16/99] "},
        {"fetch-chunks", 1, "[Downloading data repo chunk 0/99] "},
        {"send-chunks", 98, "[Uploading data repo chunk 96/99] "},
        {"send-files", 7, "[Uploading data repo file 0/99] "},
        {"checkout", 33, "[Checking out data repo, inserting file 32/99] "},
        {"remove", 64, "[Checking out data repo, deleting file 64/99] "},
        {"send-index", 0, "[Uploading data repo snapshot 0123456] "},
        {"unlock", 0, "[Unlocking cloud sync directory] "},
        {"from-the-future", 3, "[Working (from-the-future)] "},
    };
    struct stage *s = new_stage();

    (void)unused;
    strcpy(s->engine.state.head, "0123456789abcdef0123456789abcdef01234567");
    show(s, STATE_SYNCING, 8);
    step(s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        in_phase(s, rows[i].phase, rows[i].current, 99);
        step(s);
        assert_string_equal(s->said, rows[i].said);
    }
    free(s);
}

static void
what_is_not_known_yet_leaves_no_gap(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    in_phase(s, "walk", 0, 0);
    step(s);
    assert_string_equal(s->said, "0 [Indexing data repo, walking data] ");
    in_phase(s, "send-index", 0, 0);
    step(s);
    assert_string_equal(s->said, "[Uploading data repo snapshot] ");
    free(s);
}

static void
names_are_no_html(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    in_phase(s, "walk", 0, 0);
    strcpy(s->engine.state.item, "/box/<b>&.sy");
    step(s);
    /* What JSON escapes of the entities is the ampersand. */
    assert_string_equal(s->said, "0 [Indexing data repo, walking data "
                                 "\\u0026lt;b\\u0026gt;\\u0026amp;.sy] ");
    in_phase(s, "<i>", 0, 0);
    step(s);
    assert_string_equal(s->said, "[Working (\\u0026lt;i\\u0026gt;)] ");
    free(s);
}

static void
the_longest_texts_fit(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    in_phase(s, "walk", 0, 0);
    memset(s->engine.state.item, '"', STATE_ITEM_MAX - 1);
    step(s);
    show(s, STATE_ERROR, 8);
    finish(s, 8, false);
    strcpy(s->engine.state.last.code, "internal");
    memset(s->engine.state.last.why, '<', STATE_WHY_MAX - 1);
    step(s);
    assert_int_equal(s->ends, 1);
    free(s);
}

static void
an_engine_that_is_gone_has_failed_after_a_while(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    s->engine.shown = COPY_OFFLINE;
    step(s);
    assert_string_equal(s->said, "");
    assert_true(s->told.gone_at_ms > 0);
    s->boot_ms += PUSH_GONE_MS - 1;
    step(s);
    assert_string_equal(s->said, "");
    s->boot_ms += 1;
    step(s);
    assert_string_equal(s->said, "2 ");
    assert_non_null(strstr(s->last, "The network is abnormal"));
    /* It was there all the time: that run has had its end. */
    show(s, STATE_SYNCING, 8);
    step(s);
    assert_string_equal(s->said, "");
    show(s, STATE_IDLE, 8);
    finish(s, 8, true);
    step(s);
    assert_string_equal(s->said, "");
    show(s, STATE_SYNCING, 9);
    step(s);
    assert_string_equal(s->said, "0 ");
    free(s);
}

static void
an_engine_that_comes_back_in_time_goes_on(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    s->engine.shown = COPY_OFFLINE;
    step(s);
    show(s, STATE_SYNCING, 8);
    step(s);
    assert_int_equal(s->told.gone_at_ms, 0);
    s->engine.shown = COPY_OFFLINE;
    s->boot_ms += PUSH_GONE_MS;
    step(s);
    assert_string_equal(s->said, "");
    finish(s, 8, true);
    step(s);
    assert_string_equal(s->said, DONE);
    free(s);
}

static void
without_the_hub_nothing_is_known_and_nothing_said(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    show(s, STATE_SYNCING, 8);
    step(s);
    s->engine.shown = COPY_UNKNOWN;
    s->boot_ms += UINT64_C(10) * PUSH_GONE_MS;
    step(s);
    assert_string_equal(s->said, "");
    show(s, STATE_IDLE, 8);
    finish(s, 8, true);
    step(s);
    assert_string_equal(s->said, DONE);
    free(s);
}

static void
who_joins_an_open_run_hears_its_start(void **unused)
{
    struct stage *s = new_stage();
    struct push_scene scene = {.engine = &s->engine, .wall_ms = 1};
    struct push_sink sink = {.add = hear, .self = s};

    (void)unused;
    push_join(&s->told, &scene, &sink);
    assert_string_equal(s->said, "");
    show(s, STATE_SYNCING, 8);
    in_phase(s, "send-chunks", 9, 20);
    step(s);
    s->said[0] = '\0';
    s->starts = s->ends = 0;
    push_join(&s->told, &scene, &sink);
    assert_string_equal(s->said, "0 [Uploading data repo chunk 8/20] ");
    free(s);
}

static void
in_chinese_a_good_end_begins_with_upload(void **unused)
{
    struct stage *s = new_stage();

    (void)unused;
    s->lang = LANG_ZH_CN;
    finish(s, 8, true);
    step(s);
    assert_non_null(strstr(s->last, "\"code\":1,\"msg\":\"上传/"));
    free(s);
}

/* The same numbers on every machine. */
static uint32_t seed;

static uint32_t
roll(uint32_t sides)
{
    seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (seed >> 8) % sides;
}

static void
do_anything(struct stage *s, uint64_t *run)
{
    static const char *const phases[] = {"walk", "send-chunks", "unlock", ""};

    *run += roll(3);
    show(s, (enum state_name)roll(STATE_NAME_COUNT), *run);
    if (roll(3) == 0)
        finish(s, *run - roll(2), roll(2) == 0);
    if (roll(8) == 0)
        s->engine.shown = COPY_UNKNOWN;
    in_phase(s, phases[roll(4)], roll(100), 100);
    s->boot_ms += roll(PUSH_GONE_MS);
    step(s);
}

/* Whatever an engine does, starts and ends alternate (hear() checks), and a
 * run that rests has its end. */
static void
starts_and_ends_alternate_whatever_comes(void **unused)
{
    (void)unused;
    for (uint32_t i = 1; i <= 300; i++) {
        struct stage *s = new_stage();
        uint64_t run = 7;

        seed = i;
        for (int n = 0; n < 200; n++)
            do_anything(s, &run);
        show(s, STATE_IDLE, run);
        step(s);
        assert_int_equal(s->starts, s->ends);
        free(s);
    }
}

static void
answers_keep_the_long_form(void **unused)
{
    static const struct push_message m = {
        .cmd = "x", .request = 3, .code = -1, .msg = "Bad Request"};
    char text[256];
    size_t len = push_format(text, sizeof text, &m);

    (void)unused;
    text[len] = '\0';
    assert_string_equal(text, "{\"cmd\":\"x\",\"reqId\":3,\"app\":\"\","
                              "\"sid\":\"\",\"pushMode\":0,\"callback\":\"\","
                              "\"code\":-1,\"msg\":\"Bad Request\","
                              "\"data\":null}");
    assert_int_equal(push_format(text, 20, &m), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_told_to_start_and_to_end),
        cmocka_unit_test(a_failure_is_told_in_siyuans_words),
        cmocka_unit_test(runs_that_nobody_saw_are_told),
        cmocka_unit_test(a_run_that_ends_without_a_record_ends_all_the_same),
        cmocka_unit_test(who_looks_for_the_first_time_is_not_told_of_the_past),
        cmocka_unit_test(counts_are_shown_at_siyuans_steps),
        cmocka_unit_test(what_is_not_known_yet_leaves_no_gap),
        cmocka_unit_test(names_are_no_html),
        cmocka_unit_test(the_longest_texts_fit),
        cmocka_unit_test(an_engine_that_is_gone_has_failed_after_a_while),
        cmocka_unit_test(an_engine_that_comes_back_in_time_goes_on),
        cmocka_unit_test(without_the_hub_nothing_is_known_and_nothing_said),
        cmocka_unit_test(who_joins_an_open_run_hears_its_start),
        cmocka_unit_test(in_chinese_a_good_end_begins_with_upload),
        cmocka_unit_test(starts_and_ends_alternate_whatever_comes),
        cmocka_unit_test(answers_keep_the_long_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
