#include "services/runtime/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* NOLINTBEGIN(concurrency-mt-unsafe): one thread, which owns the environment */

struct settings {
    const char *id, *mode;
    long interval, limit;
    bool watch, once;
    struct option_list listen;
    char *token;
};

static const struct option_row rows[] = {
    {.name = "id",
     .argument = "NAME",
     .help = "A name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, id)},
    {.name = "mode",
     .help = "Who starts runs",
     .choices = "auto|manual",
     .fallback = "auto",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct settings, mode)},
    {.name = "interval",
     .argument = "SECONDS",
     .help = "Time between runs",
     .fallback = "300",
     .min = 30,
     .max = 43200,
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct settings, interval)},
    {.name = "limit",
     .argument = "BYTES",
     .help = "Per second",
     .max = LONG_MAX,
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct settings, limit)},
    {.name = "watch",
     .help = "Run on a change",
     .fallback = "yes",
     .kind = OPTION_YESNO,
     .offset = offsetof(struct settings, watch)},
    {.name = "once",
     .help = "One run",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, once)},
    {.name = "listen",
     .argument = "HOST:PORT",
     .help = "An address",
     .fallback = "a:1,b:2",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, listen)},
    {.name = "api-token",
     .help = "Who may call",
     .kind = OPTION_SECRET,
     .offset = offsetof(struct settings, token)},
};

static const struct option_later later[] = {
    {"pass", "wait for it"},
    {"pass-word", "use a token"},
    {NULL, NULL},
};

static const struct option_table table = {
    .program = "syncbus-test",
    .purpose = "A program of the tests.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .later = later,
};

/* A command that takes words, and shares the rows of the table above. */
static const struct option_row operands[] = {
    {.name = "shell",
     .argument = "SHELL",
     .help = "Which one",
     .kind = OPTION_CHOICE,
     .choices = "sh|ash",
     .is_required = true,
     .offset = offsetof(struct settings, mode)},
    {.name = "places",
     .argument = "PLACE",
     .help = "Where",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, listen)},
};

static const struct option_row own_rows[] = {
    {.name = "now",
     .help = "At once",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, watch)},
};

static const struct option_row shared_rows[] = {
    {.name = "id",
     .argument = "NAME",
     .help = "A name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, id)},
};

static const struct option_table shared = {.rows = shared_rows, .count = 1};

static const struct option_table command = {
    .program = "syncbus-test go",
    .purpose = "A command.",
    .rows = own_rows,
    .count = 1,
    .shared = &shared,
    .operands = operands,
    .operand_count = 2,
};

static const struct option_table *const commands[] = {&command};

static const struct option_table with_commands = {
    .program = "syncbus-test",
    .purpose = "A program with commands.",
    .shared = &shared,
    .commands = commands,
    .command_count = 1,
    .log_level = "error",
};

#define ARGUMENTS_MAX 8

struct fixture {
    struct settings settings;
    char output[8192]; /* of the last parse: both streams */
    char folder[64];
};

static const char *const variables[] = {
    "SYNCBUS_ID",
    "SYNCBUS_MODE",
    "SYNCBUS_INTERVAL",
    "SYNCBUS_WATCH",
    "SYNCBUS_ONCE",
    "SYNCBUS_LISTEN",
    "SYNCBUS_API_TOKEN",
    "SYNCBUS_LOG_LEVEL",
    "SYNCBUS_LOG_FORMAT",
    "SYNCBUS_API_TOKEN_FILE",
    "SYNCBUS_PASS_WORD_FILE",
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    if (f == NULL)
        return -1;
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/test-options-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    char path[128];

    options_clear(&table, &f->settings);
    (void)snprintf(path, sizeof path, "%s/secret", f->folder);
    unlink(path);
    rmdir(f->folder);
    free(f);
    return 0;
}

/* Parse the words of `line`; what is printed goes to f->output. */
static int
parse_with(const struct option_table *with, struct fixture *f, const char *line)
{
    char *words[ARGUMENTS_MAX + 2] = {"syncbus-test"};
    static char kept[16][512]; /* text values point into the arguments */
    static size_t next;
    int argc = 1, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), rc;
    FILE *file = tmpfile();
    size_t n;

    next = (next + 1) % 16;
    (void)snprintf(kept[next], sizeof kept[next], "%s", line);
    for (char *p = kept[next], *w; (w = strsep(&p, " ")) != NULL;) {
        if (w[0] != '\0')
            words[argc++] = w;
    }
    options_clear(with, &f->settings);
    f->settings = (struct settings){0};
    assert_non_null(file);
    (void)fflush(stdout);
    (void)dup2(fileno(file), STDOUT_FILENO);
    (void)dup2(fileno(file), STDERR_FILENO);
    rc = options_parse(with, &f->settings, argc, words);
    (void)fflush(stdout);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    n = fread(f->output, 1, sizeof f->output - 1, file);
    f->output[n] = '\0';
    assert_int_equal(fclose(file), 0);
    return rc;
}

static int
parse(struct fixture *f, const char *line)
{
    return parse_with(&table, f, line);
}

static void
expect_refusal(struct fixture *f, const char *line, const char *message)
{
    char expected[512];

    assert_int_equal(parse(f, line), -EINVAL);
    (void)snprintf(expected, sizeof expected, "syncbus-test: %s\n", message);
    assert_string_equal(f->output, expected);
}

/* Make a secret's file; its name is kept until the next call. */
static const char *
write_secret(struct fixture *f, const char *text, size_t len, mode_t mode)
{
    static char path[128];
    int fd;

    (void)snprintf(path, sizeof path, "%s/secret", f->folder);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static void
defaults_fill_what_is_not_given(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, ""), 0);
    assert_null(f->settings.id);
    assert_string_equal(f->settings.mode, "auto");
    assert_int_equal(f->settings.interval, 300);
    assert_true(f->settings.watch);
    assert_false(f->settings.once);
    assert_int_equal(f->settings.listen.count, 2);
    assert_string_equal(f->settings.listen.value[1], "b:2");
    assert_null(f->settings.token);
    assert_false(options_given("interval"));
    assert_string_equal(f->output, "");
}

static void
options_fill_every_kind(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "--id nas --mode=manual --interval 30 --once"),
                     0);
    assert_string_equal(f->settings.id, "nas");
    assert_string_equal(f->settings.mode, "manual");
    assert_int_equal(f->settings.interval, 30);
    assert_true(f->settings.once);
    assert_true(options_given("interval"));
    assert_false(options_given("watch"));
    assert_int_equal(parse(f, "--watch no --listen x:1 --listen=y:2"), 0);
    assert_false(f->settings.watch);
    assert_int_equal(f->settings.listen.count, 2);
    assert_string_equal(f->settings.listen.value[0], "x:1");
    assert_string_equal(f->settings.listen.value[1], "y:2");
}

static void
variables_win_over_defaults(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_INTERVAL", "60", 1);
    setenv("SYNCBUS_WATCH", "no", 1);
    setenv("SYNCBUS_ONCE", "1", 1);
    setenv("SYNCBUS_LISTEN", "c:3", 1);
    setenv("SYNCBUS_ID", "", 1); /* as compose passes it */
    assert_int_equal(parse(f, ""), 0);
    assert_int_equal(f->settings.interval, 60);
    assert_false(f->settings.watch);
    assert_true(f->settings.once);
    assert_int_equal(f->settings.listen.count, 1);
    assert_string_equal(f->settings.listen.value[0], "c:3");
    assert_null(f->settings.id);
    assert_true(options_given("interval"));
    assert_false(options_given("id"));
}

static void
an_option_wins_over_its_variable_even_a_wrong_one(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_INTERVAL", "rubbish", 1);
    assert_int_equal(parse(f, "--interval 31"), 0);
    assert_int_equal(f->settings.interval, 31);
    expect_refusal(f, "",
                   "SYNCBUS_INTERVAL: \"rubbish\" is not a whole number");
}

static void
wrong_use_is_one_line_that_names_it(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"--interval 5", "--interval: 5 is not between 30 and 43200 (seconds)"},
        {"--interval 99999999999999999999",
         "--interval: 99999999999999999999 is not between 30 and 43200"
         " (seconds)"},
        {"--limit 9223372036854775808",
         "--limit: 9223372036854775808 is not between 0 and"
         " 9223372036854775807 (bytes)"},
        {"--interval 5m", "--interval: \"5m\" is not a whole number"},
        {"--interval", "--interval: needs a value"},
        {"--interval=", "--interval: the value is empty"},
        {"--interval 40 --interval 40", "--interval: given twice"},
        {"--once --once", "--once: given twice"},
        {"--once=yes", "--once: takes no value"},
        {"--mode fast", "--mode: \"fast\" is none of auto|manual"},
        {"--mode auto|manual",
         "--mode: \"auto|manual\" is none of auto|manual"},
        {"--watch 1", "--watch: \"1\" is neither yes nor no"},
        {"--nope 3", "--nope: unknown option, see --help"},
        {"--inter 40", "--inter: unknown option, see --help"},
        {"-i 40", "-i: options are long ones, see --help"},
        {"sync", "sync: is no option, see --help"},
        {"--api-token abc",
         "--api-token: a secret does not stand on a command line; use"
         " --api-token-file or SYNCBUS_API_TOKEN"},
        {"--api-token-file /no/such/file",
         "--api-token-file: /no/such/file: No such file or directory"},
        {"--log-level loud",
         "--log-level: \"loud\" is none of error|warn|info|debug"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(*state, cases[i].line, cases[i].message);
}

static void
what_is_not_there_yet_is_refused_by_name(void **state)
{
    struct fixture *f = *state;

    expect_refusal(f, "--pass x",
                   "--pass: is not there yet in this version; wait for it");
    expect_refusal(f, "--pass-word-file=x",
                   "--pass-word-file: is not there yet in this version; use a"
                   " token");
    expect_refusal(f, "--pass-words x",
                   "--pass-words: unknown option, see --help");
    setenv("SYNCBUS_PASS_WORD_FILE", "x", 1);
    expect_refusal(f, "--id nas",
                   "SYNCBUS_PASS_WORD_FILE: is not there yet in this version;"
                   " use a token");
    setenv("SYNCBUS_PASS_WORD_FILE", "", 1); /* as compose passes it */
    assert_int_equal(parse(f, "--id nas"), 0);
}

static void
a_list_has_an_end(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_LISTEN", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", 1);
    assert_int_equal(parse(f, ""), 0);
    assert_int_equal(f->settings.listen.count, OPTIONS_LIST_MAX);
    setenv("SYNCBUS_LISTEN", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", 1);
    expect_refusal(f, "", "SYNCBUS_LISTEN: more than 16 values");
    setenv("SYNCBUS_LISTEN", "1,,3", 1);
    expect_refusal(f, "", "SYNCBUS_LISTEN: the value is empty");
}

static void
a_secret_comes_from_a_file_without_its_line_end(void **state)
{
    struct fixture *f = *state;
    char line[256];

    (void)snprintf(line, sizeof line, "--api-token-file %s",
                   write_secret(f, "s3cret\n", 7, 0600));
    assert_int_equal(parse(f, line), 0);
    assert_string_equal(f->settings.token, "s3cret");
    assert_string_equal(f->output, "");
    setenv("SYNCBUS_API_TOKEN_FILE", write_secret(f, "other", 5, 0600), 1);
    assert_int_equal(parse(f, ""), 0);
    assert_string_equal(f->settings.token, "other");
    setenv("SYNCBUS_API_TOKEN_FILE", "", 1);
    setenv("SYNCBUS_API_TOKEN", "third", 1);
    assert_int_equal(parse(f, ""), 0);
    assert_string_equal(f->settings.token, "third");
    assert_true(options_given("api-token"));
}

static void
a_secret_others_can_read_gets_a_warning(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_API_TOKEN_FILE", write_secret(f, "s3cret\n", 7, 0644), 1);
    assert_int_equal(parse(f, ""), 0);
    assert_string_equal(f->settings.token, "s3cret");
    assert_non_null(strstr(f->output, "others may use this secret"));
    assert_null(strstr(f->output, "s3cret"));
}

static void
a_secret_given_two_ways_is_refused(void **state)
{
    struct fixture *f = *state;
    char line[256];

    setenv("SYNCBUS_API_TOKEN", "s3cret", 1);
    (void)snprintf(line, sizeof line, "--api-token-file %s",
                   write_secret(f, "s3cret\n", 7, 0600));
    expect_refusal(f, line,
                   "--api-token-file: SYNCBUS_API_TOKEN is set too: give the"
                   " secret one way only");
    assert_null(f->settings.token);
}

static void
a_file_that_holds_no_secret_is_refused(void **state)
{
    struct fixture *f = *state;
    char big[OPTIONS_SECRET_MAX + 1];
    const char *path = write_secret(f, "", 0, 0600);

    setenv("SYNCBUS_API_TOKEN_FILE", path, 1);
    assert_int_equal(parse(f, ""), -EINVAL);
    assert_non_null(strstr(f->output, "the file is empty"));
    (void)write_secret(f, "a\nb\n", 4, 0600);
    assert_int_equal(parse(f, ""), -EINVAL);
    assert_non_null(strstr(f->output, "more than one line"));
    (void)write_secret(f, "a\0b", 3, 0600);
    assert_int_equal(parse(f, ""), -EINVAL);
    assert_non_null(strstr(f->output, "a NUL byte in the secret"));
    memset(big, 'k', sizeof big);
    (void)write_secret(f, big, OPTIONS_SECRET_MAX, 0600);
    assert_int_equal(parse(f, ""), -EINVAL);
    assert_non_null(strstr(f->output, "longer than 4095 bytes"));
    big[OPTIONS_SECRET_MAX - 1] = '\n';
    (void)write_secret(f, big, OPTIONS_SECRET_MAX, 0600);
    assert_int_equal(parse(f, ""), 0);
    assert_int_equal(strlen(f->settings.token), OPTIONS_SECRET_MAX - 1);
}

static void
help_shows_the_whole_table_within_80_columns(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "--help"), OPTIONS_DONE);
    assert_non_null(strstr(f->output, "usage: syncbus-test [OPTION...]\n"));
    assert_non_null(strstr(f->output, "  --interval SECONDS        Time between"
                                      " runs, 30 to 43200 (default 300)\n"));
    assert_non_null(strstr(f->output, "--mode auto|manual"));
    assert_non_null(strstr(f->output, "--watch yes|no"));
    assert_non_null(strstr(f->output, "--api-token-file PATH"));
    assert_non_null(strstr(f->output, "SYNCBUS_API_TOKEN]"));
    assert_non_null(strstr(f->output, "--log-format text|json"));
    for (const char *p = f->output; *p != '\0'; p += strcspn(p, "\n") + 1)
        assert_true(strcspn(p, "\n") <= 80);
}

static void
version_is_program_and_number(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, "--version"), OPTIONS_DONE);
    assert_string_equal(f->output, "syncbus-test " SYNCBUS_VERSION "\n");
}

static void
clearing_frees_the_secret(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_API_TOKEN", "s3cret", 1);
    assert_int_equal(parse(f, ""), 0);
    options_clear(&table, &f->settings);
    assert_null(f->settings.token);
    options_clear(&table, &f->settings);
}

static void
words_fill_operands_in_their_order(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse_with(&command, f, "ash a:1 --now b:2 --id x -- --c"),
                     0);
    assert_string_equal(f->settings.mode, "ash");
    assert_string_equal(f->settings.id, "x");
    assert_true(f->settings.watch);
    assert_int_equal(f->settings.listen.count, 3);
    assert_string_equal(f->settings.listen.value[1], "b:2");
    assert_string_equal(f->settings.listen.value[2], "--c");
    assert_true(options_given("places"));
    setenv("SYNCBUS_SHELL", "ash", 1); /* words have no variables */
    setenv("SYNCBUS_PLACES", "c:3", 1);
    assert_int_equal(parse_with(&command, f, "sh -"), 0);
    assert_string_equal(f->settings.mode, "sh");
    assert_string_equal(f->settings.listen.value[0], "-");
    assert_int_equal(parse_with(&command, f, "sh"), 0);
    assert_int_equal(f->settings.listen.count, 0);
    assert_false(options_given("places"));
    unsetenv("SYNCBUS_SHELL");
    unsetenv("SYNCBUS_PLACES");
}

static void
wrong_words_are_named(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse_with(&command, f, ""), -EINVAL);
    assert_string_equal(f->output, "syncbus-test go: SHELL: is missing, see"
                                   " --help\n");
    assert_int_equal(parse_with(&command, f, "zsh"), -EINVAL);
    assert_string_equal(f->output, "syncbus-test go: SHELL: \"zsh\" is none of"
                                   " sh|ash\n");
    assert_int_equal(parse_with(&command, f, "sh --places x"), -EINVAL);
    assert_string_equal(f->output, "syncbus-test go: --places: unknown option,"
                                   " see --help\n");
}

static int
find_command(const char *const words[])
{
    char *argv[ARGUMENTS_MAX] = {"syncbus-test"};
    int argc = 1;

    for (; *words != NULL; words++)
        argv[argc++] = (char *)(uintptr_t)*words;
    return options_find_command(&with_commands, argc, argv);
}

static void
the_command_is_the_first_word_that_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(find_command((const char *const[]){"go", NULL}), 1);
    assert_int_equal(
        find_command((const char *const[]){"--id", "x", "go", NULL}), 3);
    assert_int_equal(find_command((const char *const[]){"--id=x", "go", NULL}),
                     2);
    assert_int_equal(find_command((const char *const[]){"--nope", "go", NULL}),
                     2);
    assert_int_equal(find_command((const char *const[]){"--id", "x", NULL}), 0);
    assert_int_equal(find_command((const char *const[]){NULL}), 0);
}

static void
help_shows_commands_and_operands(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse_with(&with_commands, f, "--help"), OPTIONS_DONE);
    assert_non_null(strstr(f->output, "usage: syncbus-test [OPTION...] COMMAND"
                                      " [ARGUMENT...]\n"));
    assert_non_null(strstr(f->output, "  go                        A"
                                      " command.\n"));
    assert_non_null(strstr(f->output, "(default\n                            "
                                      "error) [SYNCBUS_LOG_LEVEL]"));
    assert_int_equal(parse_with(&command, f, "--help"), OPTIONS_DONE);
    assert_non_null(strstr(
        f->output, "usage: syncbus-test go [OPTION...] SHELL [PLACE...]\n"));
    assert_non_null(strstr(f->output, "  SHELL                     Which one:"
                                      " sh|ash\n"));
    assert_non_null(strstr(f->output, "--id NAME"));
    assert_null(strstr(f->output, "--man"));
}

static void
a_man_page_needs_no_valid_variable(void **state)
{
    struct fixture *f = *state;

    setenv("SYNCBUS_INTERVAL", "rubbish", 1);
    assert_int_equal(parse(f, "--man"), OPTIONS_DONE);
    assert_non_null(strstr(f->output, ".Dt SYNCBUS-TEST 8\n"));
    assert_non_null(strstr(f->output, ".It Fl \\-interval Ar \"SECONDS\"\n"
                                      "Time between runs, 30 to 43200 (default"
                                      " 300)\n"));
    assert_non_null(strstr(f->output, ".It Ev SYNCBUS_API_TOKEN ,"
                                      " SYNCBUS_API_TOKEN_FILE\n"));
}

#define fixed(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        fixed(defaults_fill_what_is_not_given),
        fixed(options_fill_every_kind),
        fixed(variables_win_over_defaults),
        fixed(an_option_wins_over_its_variable_even_a_wrong_one),
        fixed(wrong_use_is_one_line_that_names_it),
        fixed(what_is_not_there_yet_is_refused_by_name),
        fixed(a_list_has_an_end),
        fixed(a_secret_comes_from_a_file_without_its_line_end),
        fixed(a_secret_others_can_read_gets_a_warning),
        fixed(a_secret_given_two_ways_is_refused),
        fixed(a_file_that_holds_no_secret_is_refused),
        fixed(help_shows_the_whole_table_within_80_columns),
        fixed(version_is_program_and_number),
        fixed(clearing_frees_the_secret),
        fixed(words_fill_operands_in_their_order),
        fixed(wrong_words_are_named),
        fixed(the_command_is_the_first_word_that_is_no_value),
        fixed(help_shows_commands_and_operands),
        fixed(a_man_page_needs_no_valid_variable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(concurrency-mt-unsafe) */
