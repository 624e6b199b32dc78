/*
 * complete_rows.h - what completion for any shell asks about a row of an
 * option table.  Pure.
 */
#ifndef TOOLS_SYNCBUS_COMPLETE_ROWS_H
#define TOOLS_SYNCBUS_COMPLETE_ROWS_H

#include "services/runtime/options.h"

#include <stdio.h>

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

/* Its choices, "a|b" printed as "a b"; nothing when it has none. */
void complete_print_choices(FILE *to, const struct option_row *row);

/*
 * Call visit for each row an option of table stands in: its own, the shared
 * and the common ones.
 */
typedef void (*complete_visit_fn)(FILE *to, const struct option_row *row);
void complete_each(FILE *to, const struct option_table *table,
                   complete_visit_fn visit);

#endif
