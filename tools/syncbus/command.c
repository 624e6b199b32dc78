#include "tools/syncbus/command.h"

#include "tools/syncbus/manual.h"

#include <string.h>

static const struct command_entry *const commands[] = {
    &command_status, &command_watch,  &command_sync,
    &command_cancel, &command_enable, &command_disable,
    &command_log,    &command_doctor, &command_completion,
};

/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
enum { ENTRY_COUNT = sizeof commands / sizeof *commands };

const struct option_row command_engines_row = {
    .name = "engines",
    .argument = "ENGINE",
    .help = "Only these engines",
    .kind = OPTION_LIST,
    .offset = offsetof(struct settings, engines),
};

const struct option_table *
command_main_table(void)
{
    static const struct option_table *tables[ENTRY_COUNT];
    static const struct option_table table = {
        .program = "syncbus",
        .purpose = "Show and control the engines of a bus.",
        .shared = &hub_address_options,
        .commands = tables,
        .command_count = ENTRY_COUNT,
        .log_level = "error",
        .manual = &manual_syncbus,
    };

    for (size_t i = 0; i < ENTRY_COUNT; i++)
        tables[i] = commands[i]->table;
    return &table;
}

const struct command_entry *
command_find(const char *word)
{
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const char *name = strrchr(commands[i]->table->program, ' ') + 1;

        if (strcmp(name, word) == 0)
            return commands[i];
    }
    return NULL;
}

int
command_check_engines(const struct settings *settings)
{
    for (size_t i = 0; i < settings->engines.count; i++) {
        if (topic_is_id(settings->engines.value[i]))
            continue;
        (void)session_complain(NULL, "\"%s\" is no id of an engine",
                               settings->engines.value[i]);
        return PROGRAM_USAGE;
    }
    return 0;
}
