#include "tools/syncbus/complete.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct option_row rows[] = {
    {.name = "mode",
     .help = "It's [a]:b",
     .choices = "fast|slow",
     .kind = OPTION_CHOICE},
    {.name = "here", .help = "A place", .argument = "DIR", .kind = OPTION_TEXT},
    {.name = "now", .help = "At once", .kind = OPTION_FLAG},
};

static const struct option_row operand = {.name = "engine",
                                          .argument = "ENGINE",
                                          .help = "Which",
                                          .kind = OPTION_LIST};

static const struct option_table run_table = {
    .program = "prog run",
    .purpose = "Run it.",
    .rows = rows,
    .count = 3,
    .operands = &operand,
    .operand_count = 1,
};

static const struct option_table stop_table = {.program = "prog stop",
                                               .purpose = "Stop it."};

static const struct option_table *const commands[] = {&run_table, &stop_table};

static const struct option_table table = {
    .program = "prog",
    .purpose = "A program.",
    .commands = commands,
    .command_count = 2,
};

static char *
print(const char *shell)
{
    char *out = NULL;
    size_t len;
    FILE *to = open_memstream(&out, &len);

    assert_non_null(to);
    assert_int_equal(complete_print(to, &table, shell), 0);
    assert_int_equal(fclose(to), 0);
    return out;
}

static void
expect_all(const char *shell, const char *const *pieces)
{
    char *out = print(shell);

    for (; *pieces != NULL; pieces++)
        assert_non_null(strstr(out, *pieces));
    free(out);
}

static void
bash_knows_commands_options_and_values(void **state)
{
    (void)state;
    expect_all("bash", (const char *const[]){
                           "words='run stop'", "--mode)\n", "'fast slow'",
                           "compgen -d", "--mode --here --now --log-level",
                           "status --ids", "complete -F _prog prog", NULL});
}

static void
zsh_escapes_what_it_reads(void **state)
{
    (void)state;
    expect_all("zsh",
               (const char *const[]){
                   "#compdef prog\n", "'run:Run it.'",
                   "'--mode=[It'\\''s \\[a\\]\\:b]:fast|slow:(fast slow)'",
                   "'--now[At once]'", "_files -/",
                   "'*:ENGINE:_syncbus_engines'", NULL});
}

static void
fish_escapes_what_it_reads(void **state)
{
    (void)state;
    expect_all(
        "fish",
        (const char *const[]){
            "complete -c prog -n __fish_use_subcommand -a run -d 'Run it.'\n",
            "-l mode -x -a 'fast slow' -d 'It\\'s [a]:b'\n",
            "-l now -d 'At once'\n", "-a '(__prog_engines)'\n", NULL});
}

static void
other_shells_are_refused(void **state)
{
    (void)state;
    assert_int_equal(complete_print(stdout, &table, "tcsh"), -EINVAL);
    assert_int_equal(complete_print(stdout, &table, ""), -EINVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bash_knows_commands_options_and_values),
        cmocka_unit_test(zsh_escapes_what_it_reads),
        cmocka_unit_test(fish_escapes_what_it_reads),
        cmocka_unit_test(other_shells_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
