#include "gateway/http/http.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char head[HTTP_HEAD_MAX + 1];

static void
format(const struct http_head *h)
{
    int len = http_format_head(head, h);

    assert_true(len > 0);
    head[len] = '\0';
}

static void
a_head_has_what_every_client_needs(void **unused)
{
    (void)unused;
    format(
        &(struct http_head){.status = 200, .type = HTTP_JSON, .body_len = 12});
    assert_int_equal(strncmp(head, "HTTP/1.1 200 OK\r\n", 17), 0);
    assert_non_null(strstr(head, "\r\nAccess-Control-Allow-Origin: *\r\n"));
    assert_non_null(
        strstr(head, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_non_null(strstr(head, "\r\nConnection: keep-alive\r\n"));
    assert_non_null(strstr(head, "\r\nContent-Length: 12\r\n\r\n"));
}

static void
every_status_has_its_line(void **unused)
{
    static const int known[] = {200, 204, 301, 307, 400, 401,
                                403, 404, 413, 429, 500, 503};

    (void)unused;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char line[] = "HTTP/1.1 xxx ";

        line[9] = (char)('0' + known[i] / 100);
        line[10] = (char)('0' + known[i] / 10 % 10);
        line[11] = (char)('0' + known[i] % 10);
        format(&(struct http_head){.status = known[i], .close = true});
        assert_int_equal(strncmp(head, line, strlen(line)), 0);
        assert_non_null(strstr(head, "\r\nConnection: close\r\n"));
        assert_null(strstr(head, "\r\nContent-Type"));
        assert_int_equal(strstr(head, "\r\nContent-Length") == NULL,
                         known[i] == 204);
    }
}

static void
extra_fields_that_do_not_fit_are_an_error_not_a_cut(void **unused)
{
    static char extra[HTTP_HEAD_MAX];

    (void)unused;
    memset(extra, 'x', sizeof extra - 1);
    head[HTTP_HEAD_MAX] = '#';
    assert_int_equal(
        http_format_head(head,
                         &(struct http_head){.status = 307, .extra = extra}),
        -ENOBUFS);
    assert_int_equal(head[HTTP_HEAD_MAX], '#');
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_has_what_every_client_needs),
        cmocka_unit_test(every_status_has_its_line),
        cmocka_unit_test(extra_fields_that_do_not_fit_are_an_error_not_a_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
