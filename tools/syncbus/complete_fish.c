#include "tools/syncbus/complete_fish.h"

#include "tools/syncbus/complete_rows.h"

/* In single quotes, where fish knows \\ and \'. */
static void
fish_quote(FILE *to, const char *text)
{
    (void)fputc('\'', to);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'' || *p == '\\')
            (void)fputc('\\', to);
        (void)fputc(*p, to);
    }
    (void)fputc('\'', to);
}

/* What is behind "-l name": whether a value follows, and which. */
static void
fish_value(FILE *to, const struct option_row *row)
{
    switch (complete_kind_of(row)) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_FOLDERS:
        (void)fputs(" -x -a '(__fish_complete_directories)'", to);
        break;
    case COMPLETE_FILES:
        (void)fputs(" -r -F", to);
        break;
    case COMPLETE_WORDS:
        (void)fputs(" -x -a '", to);
        complete_print_choices(to, row);
        (void)fputs("'", to);
        break;
    default:
        (void)fputs(" -x", to);
        break;
    }
    (void)fputs(" -d ", to);
    fish_quote(to, row->help);
    (void)fputc('\n', to);
}

static void
fish_command(FILE *to, const char *program, const struct option_table *command)
{
    const char *name = complete_command_name(command);

    (void)fprintf(to, "complete -c %s -n __fish_use_subcommand -a %s -d ",
                  program, name);
    fish_quote(to, command->purpose);
    (void)fputc('\n', to);
    for (size_t i = 0; i < command->count; i++) {
        (void)fprintf(to,
                      "complete -c %s -n '__fish_seen_subcommand_from %s'"
                      " -l %s",
                      program, name, command->rows[i].name);
        fish_value(to, &command->rows[i]);
    }
    for (size_t i = 0; i < command->operand_count; i++) {
        const struct option_row *row = &command->operands[i];

        (void)fprintf(to,
                      "complete -c %s -n '__fish_seen_subcommand_from %s'"
                      " -a '",
                      program, name);
        complete_print_choices(to, row);
        if (complete_kind_of(row) == COMPLETE_ENGINES) {
            (void)fprintf(to, "%s(__%s_engines)",
                          row->choices != NULL ? " " : "", program);
        }
        (void)fputs("'\n", to);
    }
}

static void
fish_rows(FILE *to, const char *program, const struct option_table *table)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        (void)fprintf(to, "complete -c %s -l %s", program, table->rows[i].name);
        fish_value(to, &table->rows[i]);
    }
}

void
complete_fish(FILE *to, const struct option_table *table)
{
    const char *name = table->program;

    (void)fprintf(to,
                  "# fish completion of %s, made from its tables of options\n"
                  "function __%s_engines\n"
                  "    command %s status --ids 2>/dev/null\n"
                  "end\n"
                  "complete -c %s -f\n"
                  "complete -c %s -l help -d 'Print a summary and end'\n"
                  "complete -c %s -l version -d 'Print the version and end'\n",
                  name, name, name, name, name, name);
    fish_rows(to, name, table);
    fish_rows(to, name, table->shared);
    fish_rows(to, name, &options_common);
    for (size_t i = 0; i < table->command_count; i++)
        fish_command(to, name, table->commands[i]);
}
