/*
 * option_text.h - a row of a table in words: what --help, the man page and
 * the completion of shells have in common.  Pure.
 */
#ifndef SERVICES_RUNTIME_OPTION_TEXT_H
#define SERVICES_RUNTIME_OPTION_TEXT_H

#include "services/runtime/options.h"

#define OPTION_TEXT_MAX 1024

/* What an option takes: "DIR", "yes|no", "a|b"; NULL for a flag. */
const char *option_text_argument(const struct option_row *row);

/* "--mode auto|manual", "--api-token-file PATH"; an operand: "ENGINE". */
void option_text_name(char out[OPTION_TEXT_MAX], const struct option_row *row,
                      bool is_operand);

/* The help line with range, choices and default. */
void option_text_help(char out[OPTION_TEXT_MAX], const struct option_row *row);

/* The operands on one line: "[ENGINE...]"; "" when there are none. */
void option_text_usage(char out[OPTION_TEXT_MAX],
                       const struct option_table *table);

#endif
