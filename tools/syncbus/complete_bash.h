/* complete_bash.h - completion for bash; see complete.h. */
#ifndef TOOLS_SYNCBUS_COMPLETE_BASH_H
#define TOOLS_SYNCBUS_COMPLETE_BASH_H

#include "services/runtime/options.h"

#include <stdio.h>

void complete_bash(FILE *to, const struct option_table *main_table);

#endif
