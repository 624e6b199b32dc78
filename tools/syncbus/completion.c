/*
 * completion.c - `syncbus completion`: what a shell has to source.
 */
#include "tools/syncbus/command.h"
#include "tools/syncbus/complete.h"
#include "tools/syncbus/manual.h"

static int
run(struct session *s, const struct settings *settings)
{
    (void)s;
    return complete_print(stdout, command_main_table(), settings->shell);
}

static const struct option_row operand = {
    .name = "shell",
    .argument = "SHELL",
    .help = "The shell",
    .kind = OPTION_CHOICE,
    .choices = "bash|zsh|fish",
    .is_required = true,
    .offset = offsetof(struct settings, shell),
};

static const struct option_table table = {
    .program = "syncbus completion",
    .purpose = "Print the completion of commands, options and engines for a"
               " shell.",
    .shared = &hub_address_options,
    .operands = &operand,
    .operand_count = 1,
    .usage = "bash|zsh|fish",
    .log_level = "error",
    .manual = &manual_completion,
};

const struct command_entry command_completion = {.table = &table, .run = run};
