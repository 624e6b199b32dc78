/* complete_zsh.h - completion for zsh; see complete.h. */
#ifndef TOOLS_SYNCBUS_COMPLETE_ZSH_H
#define TOOLS_SYNCBUS_COMPLETE_ZSH_H

#include "services/runtime/options.h"

#include <stdio.h>

void complete_zsh(FILE *to, const struct option_table *main_table);

#endif
