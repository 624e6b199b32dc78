#include "tools/syncbus/bar.h"

#include "tools/syncbus/hue.h"
#include "tools/syncbus/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WALL 1795495875100

static struct copy_engine
running(void)
{
    struct copy_engine e = {.id = "nas.notes",
                            .shown = COPY_SYNCING,
                            .permille = 424,
                            .eta_seconds = 4};
    struct state *s = &e.state;

    s->has = STATE_HAS_PERMILLE | STATE_HAS_ITEMS | STATE_HAS_RATE;
    (void)snprintf(s->phase, sizeof s->phase, "send-chunks");
    (void)snprintf(s->item, sizeof s->item, "/assets/figure.png");
    s->items = (struct state_count){12, 40};
    s->bytes_per_second = 5 << 20;
    return e;
}

static struct copy_engine
resting(void)
{
    struct copy_engine e = {.id = "laptop",
                            .shown = COPY_IDLE,
                            .eta_seconds = COPY_SECONDS_UNKNOWN};

    e.state.has = STATE_HAS_NEXT | STATE_HAS_SYNCED;
    e.state.synced_at_ms = WALL - 185000;
    e.state.next_at_ms = WALL + 20900;
    return e;
}

static void
expect(const struct copy_engine *e, size_t width, const char *expected)
{
    const struct bar_frame frame = {
        .width = width, .id_width = 9, .wall_ms = WALL};
    char line[BAR_LINE_MAX];

    bar_line(line, e, &frame);
    assert_string_equal(line, expected);
}

static void
a_run_is_a_bar_and_what_is_in_hand(void **state)
{
    struct copy_engine e = running();

    (void)state;
    expect(&e, 120,
           "nas.notes  syncing   [############------------------]  42%  send"
           " chunks 12/40  5.0 MiB/s  4 s left  /assets/figure.png");
    expect(&e, 60,
           "nas.notes  syncing   [#####--------]  42%  send chunks 12/40");
    expect(&e, 50,
           "nas.notes  syncing   [###------]  42%  send chunk" TEXT_ELLIPSIS);
}

static void
an_engine_at_rest_says_when(void **state)
{
    struct copy_engine e = resting();

    (void)state;
    expect(&e, 80, "laptop     idle      synced 3 min ago, next in 20 s");
    e.state.synced_at_ms = 0;
    e.state.next_at_ms = 0;
    expect(&e, 80, "laptop     idle      never synced");
    e.state.has |= STATE_HAS_LAST;
    (void)snprintf(e.state.last.code, sizeof e.state.last.code, "auth");
    e.shown = COPY_ERROR;
    expect(&e, 80,
           "laptop     error     auth, never synced. Check the credentials in"
           " the engine's " TEXT_ELLIPSIS);
}

static void
what_is_unknown_is_not_made_up(void **state)
{
    struct copy_engine e = running();

    (void)state;
    e.state.has = 0;
    e.permille = 0;
    e.eta_seconds = COPY_SECONDS_UNKNOWN;
    e.state.item[0] = '\0';
    expect(&e, 80,
           "nas.notes  syncing   [-------------------]   ?%  send"
           " chunks");
}

static void
a_bar_is_full_at_the_end_and_never_more(void **state)
{
    struct copy_engine e = running();
    const struct bar_frame frame = {.width = 120, .id_width = 9};
    char line[BAR_LINE_MAX];

    (void)state;
    e.permille = 1000;
    bar_line(line, &e, &frame);
    assert_non_null(strstr(line, "[##############################] 100%"));
    e.permille = UINT64_MAX;
    bar_line(line, &e, &frame);
    assert_non_null(strstr(line, "[##############################] 100%"));
}

static void
no_line_is_wider_than_the_terminal(void **state)
{
    struct copy_engine engines[] = {running(), resting()};
    char line[BAR_LINE_MAX];

    (void)state;
    (void)snprintf(engines[0].state.item, sizeof engines[0].state.item,
                   "/资料/很长的名字/\x1b[2J/很长的名字.sy");
    engines[1].verdict.live = VERDICT_DUP;
    for (size_t width = 1; width < 150; width++) {
        for (size_t i = 0; i < 2; i++) {
            const struct bar_frame frame = {
                .width = width, .id_width = 64, .wall_ms = WALL};

            bar_line(line, &engines[i], &frame);
            assert_true(text_width(line) <= width);
            assert_null(strchr(line, '\x1b'));
        }
    }
}

static void
colours_end_where_they_began(void **state)
{
    struct copy_engine e = running();
    const struct bar_frame frame = {.width = 120, .id_width = 9, .hues = true};
    char line[BAR_LINE_MAX];
    const char *last;

    (void)state;
    bar_line(line, &e, &frame);
    last = strrchr(line, '\x1b');
    assert_non_null(last);
    assert_int_equal(strncmp(last, HUE_END, strlen(HUE_END)), 0);
    assert_non_null(strstr(line, hue_begin(HUE_BLUE)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_a_bar_and_what_is_in_hand),
        cmocka_unit_test(an_engine_at_rest_says_when),
        cmocka_unit_test(what_is_unknown_is_not_made_up),
        cmocka_unit_test(a_bar_is_full_at_the_end_and_never_more),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(colours_end_where_they_began),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
