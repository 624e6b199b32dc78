#include "services/runtime/option_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char text[OPTION_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append(char text[OPTION_TEXT_MAX], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, OPTION_TEXT_MAX - used, format, args);
    va_end(args);
}

const char *
option_text_argument(const struct option_row *row)
{
    if (row->kind == OPTION_FLAG)
        return NULL;
    if (row->kind == OPTION_SECRET)
        return "PATH";
    if (row->kind == OPTION_YESNO)
        return "yes|no";
    if (row->kind == OPTION_CHOICE && row->argument == NULL)
        return row->choices;
    return row->argument;
}

void
option_text_name(char out[OPTION_TEXT_MAX], const struct option_row *row,
                 bool is_operand)
{
    const char *argument = option_text_argument(row);

    out[0] = '\0';
    if (is_operand) {
        append(out, "%s", row->argument);
        return;
    }
    append(out, "--%s%s%s%s", row->name,
           row->kind == OPTION_SECRET ? "-file" : "",
           argument != NULL ? " " : "", argument != NULL ? argument : "");
}

void
option_text_help(char out[OPTION_TEXT_MAX], const struct option_row *row)
{
    out[0] = '\0';
    append(out, "%s", row->help);
    if (row->kind == OPTION_NUMBER)
        append(out, ", %ld to %ld", row->min, row->max);
    if (row->kind == OPTION_CHOICE && row->argument != NULL)
        append(out, ": %s", row->choices);
    if (row->kind == OPTION_LIST)
        append(out, " (may be repeated)");
    if (row->fallback != NULL)
        append(out, " (default %s)", row->fallback);
}

void
option_text_usage(char out[OPTION_TEXT_MAX], const struct option_table *table)
{
    out[0] = '\0';
    if (table->usage != NULL) {
        append(out, "%s", table->usage);
        return;
    }
    if (table->command_count > 0)
        append(out, "COMMAND [ARGUMENT...]");
    for (size_t i = 0; i < table->operand_count; i++) {
        const struct option_row *row = &table->operands[i];
        const char *more = row->kind == OPTION_LIST ? "..." : "";

        append(out, row->is_required ? "%s%s%s" : "%s[%s%s]", i > 0 ? " " : "",
               row->argument, more);
    }
}
