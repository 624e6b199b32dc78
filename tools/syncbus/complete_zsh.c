#include "tools/syncbus/complete_zsh.h"

#include "services/runtime/option_text.h"
#include "tools/syncbus/complete_rows.h"

#include <string.h>

/* Text inside single quotes, in a place where '[', ']' and ':' mean more. */
static void
put_escaped(FILE *to, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            (void)fputs("'\\''", to);
        } else if (strchr("[]:\\", *p) != NULL) {
            (void)fprintf(to, "\\%c", *p);
        } else {
            (void)fputc(*p, to);
        }
    }
}

/* ":message:action" of a value. */
static void
put_action(FILE *to, const struct option_row *row)
{
    (void)fputc(':', to);
    put_escaped(to, option_text_argument(row));
    (void)fputc(':', to);
    switch (complete_kind_of(row)) {
    case COMPLETE_WORDS:
        (void)fputc('(', to);
        complete_print_choices(to, row);
        (void)fputc(')', to);
        break;
    case COMPLETE_FOLDERS:
        (void)fputs("_files -/", to);
        break;
    case COMPLETE_FILES:
        (void)fputs("_files", to);
        break;
    case COMPLETE_ENGINES:
        (void)fputs("_syncbus_engines", to);
        if (row->choices != NULL) {
            (void)fputc(' ', to);
            complete_print_choices(to, row);
        }
        break;
    default:
        (void)fputc(' ', to);
        break;
    }
}

static void
put_option(FILE *to, const struct option_row *row)
{
    bool has_value = complete_kind_of(row) != COMPLETE_NOTHING;

    (void)fprintf(to, " \\\n        '--%s%s[", row->name, has_value ? "=" : "");
    put_escaped(to, row->help);
    (void)fputc(']', to);
    if (has_value)
        put_action(to, row);
    (void)fputc('\'', to);
}

static void
put_help(FILE *to)
{
    (void)fputs(" \\\n        '--help[Print a summary and end]'"
                " \\\n        '--version[Print the version and end]'",
                to);
}

static void
put_command(FILE *to, const struct option_table *command)
{
    (void)fprintf(to, "    %s)\n        _arguments",
                  complete_command_name(command));
    put_help(to);
    complete_each(to, command, put_option);
    for (size_t i = 0; i < command->operand_count; i++) {
        const struct option_row *row = &command->operands[i];

        (void)fprintf(to, " \\\n        '%s",
                      row->kind == OPTION_LIST ? "*" : "1");
        put_action(to, row);
        (void)fputc('\'', to);
    }
    (void)fputs(" ;;\n", to);
}

void
complete_zsh(FILE *to, const struct option_table *table)
{
    const char *name = table->program;

    (void)fprintf(to,
                  "#compdef %s\n"
                  "# zsh completion of %s, made from its tables of options\n"
                  "_syncbus_engines() {\n"
                  "    local -a ids\n"
                  "    ids=(\"$@\" ${(f)\"$(command %s status --ids"
                  " 2>/dev/null)\"})\n"
                  "    compadd -a ids\n"
                  "}\n"
                  "_%s() {\n"
                  "    local curcontext=$curcontext state line\n"
                  "    local -A opt_args\n"
                  "    local -a commands\n"
                  "    commands=(",
                  name, name, name, name);
    for (size_t i = 0; i < table->command_count; i++) {
        (void)fprintf(
            to, "\n        '%s:", complete_command_name(table->commands[i]));
        put_escaped(to, table->commands[i]->purpose);
        (void)fputc('\'', to);
    }
    (void)fputs(")\n    _arguments -C", to);
    put_help(to);
    complete_each(to, table, put_option);
    (void)fputs(" \\\n        '1:command:->command'"
                " \\\n        '*::argument:->argument'\n"
                "    case $state in\n"
                "    command) _describe command commands; return ;;\n"
                "    argument) ;;\n"
                "    *) return ;;\n"
                "    esac\n"
                "    case $words[1] in\n",
                to);
    for (size_t i = 0; i < table->command_count; i++)
        put_command(to, table->commands[i]);
    (void)fprintf(to,
                  "    esac\n}\n"
                  "if [[ $funcstack[1] == _%s ]]; then\n"
                  "    _%s \"$@\"\n"
                  "else\n"
                  "    compdef _%s %s\n"
                  "fi\n",
                  name, name, name, name);
}
