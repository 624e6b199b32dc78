#include "services/sync-engine/bus/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Idle, with the runs 1 to 6 behind it. */
static struct commands_desk
idle(void)
{
    return (struct commands_desk){.enabled = true, .next = 7};
}

static struct commands_decision
ask(struct commands_desk *d, enum command_dir dir)
{
    return commands_decide(d,
                           &(struct command){.name = COMMAND_SYNC, .dir = dir});
}

static struct commands_decision
cancel(struct commands_desk *d)
{
    return commands_decide(d, &(struct command){.name = COMMAND_CANCEL});
}

static struct commands_decision
cancel_run(struct commands_desk *d, uint64_t run)
{
    return commands_decide(d, &(struct command){.name = COMMAND_CANCEL,
                                                .has = COMMAND_HAS_RUN,
                                                .run = run});
}

static struct commands_order
begin(struct commands_desk *d)
{
    struct commands_order order = {0};

    assert_true(commands_begin(d, &order));
    return order;
}

static void
a_request_is_promised_the_next_run(void **state)
{
    struct commands_desk d = idle();
    struct commands_decision decision = ask(&d, COMMAND_UPLOAD);
    struct commands_order order;

    (void)state;
    assert_int_equal(decision.act, COMMANDS_WAKE);
    assert_int_equal(decision.code, REPLY_OK);
    assert_int_equal(decision.run, 7);
    order = begin(&d);
    assert_int_equal(order.run, 7);
    assert_true(order.asked && !order.revoked);
    assert_int_equal(order.direction, RUN_UPLOAD);
}

static void
a_request_during_a_run_is_promised_the_one_after(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    assert_false(begin(&d).asked);
    assert_int_equal(ask(&d, COMMAND_BOTH).run, 8);
    assert_int_equal(ask(&d, COMMAND_BOTH).run, 8);
    commands_end(&d);
    assert_int_equal(begin(&d).run, 8);
    commands_end(&d);
    assert_int_equal(ask(&d, COMMAND_BOTH).run, 9);
}

static void
a_shared_run_goes_as_wide_as_anybody_asked(void **state)
{
    static const struct {
        enum command_dir first, second;
        enum run_direction together;
    } cases[] = {
        {COMMAND_BOTH, COMMAND_BOTH, RUN_BOTH},
        {COMMAND_UPLOAD, COMMAND_UPLOAD, RUN_UPLOAD},
        {COMMAND_DOWNLOAD, COMMAND_DOWNLOAD, RUN_DOWNLOAD},
        {COMMAND_UPLOAD, COMMAND_DOWNLOAD, RUN_BOTH},
        {COMMAND_DOWNLOAD, COMMAND_BOTH, RUN_BOTH},
        {COMMAND_BOTH, COMMAND_UPLOAD, RUN_BOTH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct commands_desk d = idle();

        (void)ask(&d, cases[i].first);
        (void)ask(&d, cases[i].second);
        assert_int_equal(begin(&d).direction, cases[i].together);
    }
}

static void
the_next_request_starts_narrow_again(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    (void)ask(&d, COMMAND_BOTH);
    (void)begin(&d);
    (void)ask(&d, COMMAND_UPLOAD);
    commands_end(&d);
    assert_int_equal(begin(&d).direction, RUN_UPLOAD);
}

static void
the_run_under_way_is_cancelled_by_number_or_without(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    (void)begin(&d);
    assert_int_equal(cancel(&d).act, COMMANDS_STOP);
    assert_int_equal(cancel_run(&d, 7).act, COMMANDS_STOP);
    assert_int_equal(cancel_run(&d, 6).code, REPLY_NOT_FOUND);
    assert_int_equal(cancel_run(&d, 8).code, REPLY_NOT_FOUND);
}

static void
with_nothing_to_cancel_it_is_said_so(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    assert_int_equal(cancel(&d).code, REPLY_NOT_FOUND);
    assert_int_equal(cancel_run(&d, 0).code, REPLY_NOT_FOUND);
    assert_int_equal(cancel_run(&d, 7).code, REPLY_NOT_FOUND);
    (void)begin(&d);
    commands_end(&d);
    assert_int_equal(cancel_run(&d, 7).code, REPLY_NOT_FOUND);
}

static void
a_promised_run_is_called_off_by_its_number(void **state)
{
    struct commands_desk d = idle();
    struct commands_order order;

    (void)state;
    (void)begin(&d);
    (void)ask(&d, COMMAND_BOTH);
    assert_int_equal(cancel_run(&d, 8).act, COMMANDS_WAKE);
    assert_int_equal(d.running, 7);
    commands_end(&d);
    order = begin(&d); /* it is told, so that nobody waits for ever */
    assert_int_equal(order.run, 8);
    assert_true(order.revoked);
}

static void
who_asks_after_it_was_called_off_is_not_called_off(void **state)
{
    struct commands_desk d = idle();
    struct commands_order order;

    (void)state;
    (void)ask(&d, COMMAND_DOWNLOAD);
    assert_int_equal(cancel(&d).act, COMMANDS_WAKE);
    assert_int_equal(ask(&d, COMMAND_UPLOAD).run, 7);
    order = begin(&d);
    assert_false(order.revoked);
    assert_int_equal(order.direction, RUN_UPLOAD);
}

static void
switched_off_nothing_is_promised_or_begun(void **state)
{
    struct commands_desk d = idle();
    struct commands_order order;

    (void)state;
    assert_int_equal(commands_switch(&d, false), COMMANDS_WAKE);
    assert_int_equal(ask(&d, COMMAND_BOTH).code, REPLY_DISABLED);
    assert_false(commands_begin(&d, &order));
    assert_int_equal(d.next, 7);
    assert_int_equal(d.running, 0);
    assert_int_equal(commands_switch(&d, true), COMMANDS_WAKE);
    assert_int_equal(begin(&d).run, 7);
}

static void
only_what_was_off_is_switched_on(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    (void)commands_switch(&d, true);
    assert_int_equal(d.switched_on, 0);
    (void)begin(&d);
    (void)commands_switch(&d, false);
    (void)commands_switch(&d, true);
    assert_int_equal(d.switched_on, 1);
}

static void
switching_off_stops_the_run_and_calls_off_the_promised_one(void **state)
{
    struct commands_desk d = idle();

    (void)state;
    (void)begin(&d);
    (void)ask(&d, COMMAND_BOTH);
    assert_int_equal(commands_switch(&d, false), COMMANDS_STOP);
    commands_end(&d);
    assert_true(begin(&d).revoked);
    commands_end(&d);
    assert_false(commands_begin(&d, &(struct commands_order){0}));
}

static void
the_other_commands_change_nothing_by_themselves(void **state)
{
    static const struct {
        enum command_name name;
        enum commands_act act;
    } cases[] = {
        {COMMAND_ENABLE, COMMANDS_SWITCH_ON},
        {COMMAND_DISABLE, COMMANDS_SWITCH_OFF},
        {COMMAND_RUNS, COMMANDS_LIST},
        {COMMAND_CHANGES, COMMANDS_LIST},
        {COMMAND_CONFLICTS, COMMANDS_LIST},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct commands_desk d = idle();
        struct commands_decision decision =
            commands_decide(&d, &(struct command){.name = cases[i].name});

        assert_int_equal(decision.act, cases[i].act);
        assert_int_equal(decision.code, REPLY_OK);
        assert_true(d.enabled && !d.queued && d.running == 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_promised_the_next_run),
        cmocka_unit_test(a_request_during_a_run_is_promised_the_one_after),
        cmocka_unit_test(a_shared_run_goes_as_wide_as_anybody_asked),
        cmocka_unit_test(the_next_request_starts_narrow_again),
        cmocka_unit_test(the_run_under_way_is_cancelled_by_number_or_without),
        cmocka_unit_test(with_nothing_to_cancel_it_is_said_so),
        cmocka_unit_test(a_promised_run_is_called_off_by_its_number),
        cmocka_unit_test(who_asks_after_it_was_called_off_is_not_called_off),
        cmocka_unit_test(switched_off_nothing_is_promised_or_begun),
        cmocka_unit_test(only_what_was_off_is_switched_on),
        cmocka_unit_test(
            switching_off_stops_the_run_and_calls_off_the_promised_one),
        cmocka_unit_test(the_other_commands_change_nothing_by_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
