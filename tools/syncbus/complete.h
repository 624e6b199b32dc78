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

/* The one for zsh, in a file of its own. */
void complete_print_zsh(FILE *to, const struct option_table *main_table);

/* What may stand behind an option, or as an operand. */
enum complete_kind {
    COMPLETE_NOTHING, /* a flag */
    COMPLETE_ANYTHING,
    COMPLETE_WORDS, /* choices */
    COMPLETE_FOLDERS,
    COMPLETE_FILES,
    COMPLETE_ENGINES, /* and choices, if there are some */
};

enum complete_kind complete_kind_of(const struct option_row *row);

/* "status" of "syncbus status". */
const char *complete_command_name(const struct option_table *command);

/* "a|b" printed as "a b"; with choices "" instead of NULL. */
void complete_print_words(FILE *to, const char *choices);

/*
 * Call visit for each row an option of table stands in: its own, the shared
 * and the common ones.
 */
typedef void (*complete_visit_fn)(FILE *to, const struct option_row *row);
void complete_each(FILE *to, const struct option_table *table,
                   complete_visit_fn visit);

#endif
