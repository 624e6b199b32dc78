/*
 * option_help.h - the page that --help prints, made from the table.
 */
#ifndef SERVICES_RUNTIME_OPTION_HELP_H
#define SERVICES_RUNTIME_OPTION_HELP_H

#include "services/runtime/options.h"

#include <stdio.h>

/*
 * Print the table and then the common rows, 80 columns wide: option and
 * argument, help, range or choices, default, variable.
 */
void option_help_print(FILE *to, const struct option_table *table,
                       const struct option_table *common);

#endif
