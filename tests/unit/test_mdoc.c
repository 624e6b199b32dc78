#include "services/runtime/mdoc.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
expect(void (*put)(FILE *, const char *), const char *text,
       const char *expected)
{
    char *out = NULL;
    size_t len;
    FILE *to = open_memstream(&out, &len);

    assert_non_null(to);
    put(to, text);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(out, expected);
    free(out);
}

static void
each_sentence_has_a_line(void **state)
{
    (void)state;
    expect(mdoc_text, "One. Two (three.) Four 1.5 five",
           "One.\nTwo (three.)\nFour 1.5 five\n");
    expect(mdoc_text, "One.\nTwo.", "One.\n.Pp\nTwo.\n");
    expect(mdoc_text, "", "");
}

static void
lines_are_short(void **state)
{
    char *out = NULL, *rest, *line;
    size_t len;
    FILE *to = open_memstream(&out, &len);

    (void)state;
    assert_non_null(to);
    mdoc_text(to, "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii"
                  " jjjjjjjjjj kkkkkkkkkkk llllllllllll mmmmmmmmmmmmm"
                  " nnnnnnnnnnnnnn ooooooooooooooo pppppppppppppppp");
    assert_int_equal(fclose(to), 0);
    rest = out;
    while ((line = strsep(&rest, "\n")) != NULL) {
        assert_true(strlen(line) <= 78);
        assert_true(line[0] != ' ');
        assert_true(line[0] == '\0' || line[strlen(line) - 1] != ' ');
    }
    free(out);
}

static void
text_is_no_request(void **state)
{
    (void)state;
    expect(mdoc_text, ".Sh 'quoted'", "\\&.Sh 'quoted'\n");
    expect(mdoc_text, "'x", "\\&'x\n");
    expect(mdoc_text, "a\\fBb", "a\\efBb\n");
    expect(mdoc_text, "--some-name of well-known -1",
           "\\-\\-some-name of well-known \\-1\n");
    expect(mdoc_quoted, "say \"a-b\" \\", "\"say \\(dqa\\-b\\(dq \\e\"");
    expect(mdoc_dashed, "some-long-name", "some\\-long\\-name");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sentence_has_a_line),
        cmocka_unit_test(lines_are_short),
        cmocka_unit_test(text_is_no_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
