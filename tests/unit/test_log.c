#include "services/runtime/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Standard error goes to a pipe while a test logs. */
struct capture {
    int read_fd, saved_fd;
    char text[16384];
};

static int
start_capture(void **state)
{
    static struct capture c;
    int fds[2];

    if (pipe(fds) != 0)
        return -1;
    (void)fflush(stderr);
    c.read_fd = fds[0];
    c.saved_fd = dup(STDERR_FILENO);
    (void)dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    *state = &c;
    return 0;
}

/* What was written since; standard error is restored. */
static const char *
finish_capture(struct capture *c)
{
    size_t len = 0;
    ssize_t n;

    (void)dup2(c->saved_fd, STDERR_FILENO);
    close(c->saved_fd);
    while ((n = read(c->read_fd, c->text + len, sizeof c->text - 1 - len)) > 0)
        len += (size_t)n;
    c->text[len] = '\0';
    close(c->read_fd);
    return c->text;
}

/* The text after "...Z program level: ". */
static const char *
text_of(const char *line)
{
    const char *p = strstr(line, ": ");

    assert_non_null(p);
    return p + 2;
}

static void
a_line_names_time_program_and_level(void **state)
{
    const char *line;
    int n = 0;

    log_init("syncbus-test", LOG_INFO, false);
    log_line(LOG_WARN, "%s %d", "text", 7);
    line = finish_capture(*state);
    (void)sscanf(line, "%*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*3dZ %n", &n);
    assert_int_equal(n, 25);
    assert_string_equal(line + n, "syncbus-test warn: text 7\n");
}

static void
lower_levels_are_left_out(void **state)
{
    const char *line;

    log_init("t", LOG_WARN, false);
    log_line(LOG_INFO, "not this");
    log_line(LOG_DEBUG, "nor this");
    log_line(LOG_ERROR, "this");
    line = finish_capture(*state);
    assert_string_equal(text_of(line), "this\n");
    assert_null(strstr(line, "not this"));
    assert_true(log_enabled(LOG_WARN));
    assert_false(log_enabled(LOG_INFO));
}

static void
control_characters_and_bad_bytes_are_escaped(void **state)
{
    log_init("t", LOG_INFO, false);
    log_line(LOG_INFO, "a\nb\r\t\x1b[0m\x7f\xff\xc0\xaf\xc2\x9b 同步 \"q\\");
    assert_string_equal(text_of(finish_capture(*state)),
                        "a\\nb\\r\\t\\x1b[0m\\x7f\\xff\\xc0\\xaf\\xc2\\x9b"
                        " 同步 \"q\\\n");
}

static void
a_json_line_is_one_valid_object(void **state)
{
    const char *line;

    log_init("t", LOG_INFO, true);
    log_line(LOG_ERROR, "say \"hi\\\"\n\x01\xff 同步");
    line = finish_capture(*state);
    assert_memory_equal(line, "{\"ts\":\"", 7);
    assert_non_null(strstr(line, "\",\"level\":\"error\",\"program\":\"t\","
                                 "\"msg\":\"say \\\"hi\\\\\\\"\\\\n"
                                 "\\\\x01\\\\xff 同步\"}\n"));
}

static void
a_long_text_is_cut_with_an_ellipsis(void **state)
{
    char text[3000];
    const char *line;

    log_init("t", LOG_INFO, false);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + 1998, "同", strlen("同")); /* cut through by 2000 */
    log_line(LOG_INFO, "%s", text);
    line = text_of(finish_capture(*state));
    assert_int_equal(strspn(line, "x"), 1998);
    assert_string_equal(line + 1998, "…\n");
}

static void
a_text_that_grows_by_escaping_still_fits_one_write(void **state)
{
    char text[1900];
    const char *line;

    log_init("t", LOG_INFO, true);
    memset(text, 1, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_line(LOG_INFO, "%s", text);
    line = finish_capture(*state);
    assert_true(strlen(line) <= 4096);
    assert_string_equal(line + strlen(line) - strlen("…\"}\n"), "…\"}\n");
}

static void
a_notice_stands_as_it_is_at_any_level(void **state)
{
    log_init("t", LOG_ERROR, false);
    log_notice("ready: here");
    assert_string_equal(finish_capture(*state), "ready: here\n");
}

static void
a_notice_is_a_record_when_the_log_is_json(void **state)
{
    log_init("t", LOG_ERROR, true);
    log_notice("ready: here");
    assert_non_null(strstr(
        finish_capture(*state),
        "\"level\":\"info\",\"program\":\"t\",\"msg\":\"ready: here\"}\n"));
}

static void
logging_leaves_errno_alone(void **state)
{
    log_init("t", LOG_INFO, false);
    close(STDERR_FILENO); /* so that writing fails, with another errno */
    errno = ENOSPC;
    log_line(LOG_INFO, "x");
    assert_int_equal(errno, ENOSPC);
    (void)finish_capture(*state);
}

static void
levels_are_parsed_by_their_words(void **state)
{
    enum log_level level = LOG_DEBUG;

    (void)state;
    assert_int_equal(log_level_parse(&level, "error"), 0);
    assert_int_equal(level, LOG_ERROR);
    assert_int_equal(log_level_parse(&level, "loud"), -EINVAL);
    assert_int_equal(level, LOG_ERROR);
}

static void
a_repeated_message_is_allowed_once_per_interval(void **state)
{
    unsigned long long last = 0;

    (void)state;
    assert_true(log_allowed(&last, 5, 1000));
    assert_false(log_allowed(&last, 1004, 1000));
    assert_true(log_allowed(&last, 1005, 1000));
    assert_false(log_allowed(&last, 1006, 1000));
}

#define captured(test) cmocka_unit_test_setup(test, start_capture)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        captured(a_line_names_time_program_and_level),
        captured(lower_levels_are_left_out),
        captured(control_characters_and_bad_bytes_are_escaped),
        captured(a_json_line_is_one_valid_object),
        captured(a_long_text_is_cut_with_an_ellipsis),
        captured(a_text_that_grows_by_escaping_still_fits_one_write),
        captured(a_notice_stands_as_it_is_at_any_level),
        captured(a_notice_is_a_record_when_the_log_is_json),
        captured(logging_leaves_errno_alone),
        cmocka_unit_test(levels_are_parsed_by_their_words),
        cmocka_unit_test(a_repeated_message_is_allowed_once_per_interval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
