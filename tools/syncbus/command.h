/*
 * command.h - the commands of syncbus: a table of options and a function each.
 */
#ifndef TOOLS_SYNCBUS_COMMAND_H
#define TOOLS_SYNCBUS_COMMAND_H

#include "tools/syncbus/session.h"

struct command_entry {
    const struct option_table *table;
    unsigned needs; /* bits of enum hub_socket */
    bool draws;     /* acts on Ctrl-Z itself: job.h */
    /* Returns an outcome of session.h. */
    int (*run)(struct session *s, const struct settings *settings);
};

extern const struct command_entry command_status, command_watch, command_sync,
    command_cancel, command_enable, command_disable, command_log,
    command_doctor, command_completion;

/* The table of syncbus itself, with those of its commands. */
const struct option_table *command_main_table(void);

/* The command of that name; NULL when there is none. */
const struct command_entry *command_find(const char *word);

/* The operand ENGINE... of commands that show. */
extern const struct option_row command_engines_row;

/*
 * Check what settings->engines holds.  Returns 0, or PROGRAM_USAGE after a
 * line.
 */
int command_check_engines(const struct settings *settings);

#endif
