#include "tools/syncbus/complete_rows.h"

#include "services/runtime/option_text.h"

#include <string.h>

enum complete_kind
complete_kind_of(const struct option_row *row)
{
    const char *argument = option_text_argument(row);

    if (argument == NULL)
        return COMPLETE_NOTHING;
    if (strcmp(argument, "ENGINE") == 0)
        return COMPLETE_ENGINES;
    if (row->choices != NULL || row->kind == OPTION_YESNO)
        return COMPLETE_WORDS;
    if (strcmp(argument, "DIR") == 0)
        return COMPLETE_FOLDERS;
    if (strcmp(argument, "FILE") == 0 || strcmp(argument, "PATH") == 0)
        return COMPLETE_FILES;
    return COMPLETE_ANYTHING;
}

const char *
complete_command_name(const struct option_table *command)
{
    return strrchr(command->program, ' ') + 1;
}

void
complete_print_choices(FILE *to, const struct option_row *row)
{
    const char *choices = row->kind == OPTION_YESNO ? "yes|no" : row->choices;

    for (const char *p = choices != NULL ? choices : ""; *p != '\0'; p++)
        (void)fputc(*p == '|' ? ' ' : *p, to);
}

void
complete_each(FILE *to, const struct option_table *table,
              complete_visit_fn visit)
{
    for (size_t i = 0; i < table->count; i++)
        visit(to, &table->rows[i]);
    if (table->shared != NULL) {
        for (size_t i = 0; i < table->shared->count; i++)
            visit(to, &table->shared->rows[i]);
    }
    for (size_t i = 0; i < options_common.count; i++)
        visit(to, &options_common.rows[i]);
}
