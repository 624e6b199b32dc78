/*
 * complete.h - completion for shells, made from the tables of a program with
 * commands.  Pure: it prints where it is told.
 *
 * Ids of engines are those that `PROGRAM status --ids` prints.
 */
#ifndef TOOLS_SYNCBUS_COMPLETE_H
#define TOOLS_SYNCBUS_COMPLETE_H

#include "services/runtime/options.h"

#include <stdio.h>

/* Returns 0; -EINVAL when shell is none of "bash", "zsh" and "fish". */
int complete_print(FILE *to, const struct option_table *main_table,
                   const char *shell);

#endif
