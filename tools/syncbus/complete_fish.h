/* complete_fish.h - completion for fish; see complete.h. */
#ifndef TOOLS_SYNCBUS_COMPLETE_FISH_H
#define TOOLS_SYNCBUS_COMPLETE_FISH_H

#include "services/runtime/options.h"

#include <stdio.h>

void complete_fish(FILE *to, const struct option_table *main_table);

#endif
