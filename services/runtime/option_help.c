#include "services/runtime/option_help.h"

#include "services/runtime/option_man.h"
#include "services/runtime/option_text.h"
#include "services/runtime/option_value.h"

#include <string.h>

#define WIDTH       80
#define HELP_COLUMN 28

/* The words of text, wrapped; the first line starts at column `at`. */
static void
print_wrapped(FILE *to, const char *text, int at, int indent)
{
    int column = at;
    bool first = true;

    while (*text != '\0') {
        int n = (int)strcspn(text, " ");

        if (!first && column + 1 + n > WIDTH) {
            (void)fprintf(to, "\n%*s", indent, "");
            column = indent;
            first = true;
        }
        if (!first)
            column++;
        (void)fprintf(to, "%s%.*s", first ? "" : " ", n, text);
        column += n;
        first = false;
        text += n;
        text += strspn(text, " ");
    }
    (void)fputc('\n', to);
}

static void
print_entry(FILE *to, const char *term, const char *text)
{
    (void)fprintf(to, "  %-*s", HELP_COLUMN - 4, term);
    if (strlen(term) > HELP_COLUMN - 4)
        (void)fprintf(to, "\n%*s", HELP_COLUMN - 2, "");
    (void)fputs("  ", to);
    print_wrapped(to, text, HELP_COLUMN, HELP_COLUMN);
}

/* The help line with the names of the row's variables. */
static void
print_option(FILE *to, const struct option_row *row)
{
    char option[OPTION_TEXT_MAX], text[OPTION_TEXT_MAX];
    char variable[OPTION_VARIABLE_MAX], file[OPTION_VARIABLE_MAX];
    char line[OPTION_TEXT_MAX + 2 * OPTION_VARIABLE_MAX + 16];
    bool secret = row->kind == OPTION_SECRET;

    option_text_name(option, row, false);
    option_text_help(text, row);
    option_value_variable(variable, row, "");
    option_value_variable(file, row, "_FILE");
    (void)snprintf(line, sizeof line, "%s [%s%s%s]", text, secret ? file : "",
                   secret ? " or " : "", variable);
    print_entry(to, option, line);
}

static void
print_options(FILE *to, const struct option_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        print_option(to, &table->rows[i]);
}

static void
print_operands(FILE *to, const struct option_table *table)
{
    char text[OPTION_TEXT_MAX];

    if (table->operand_count == 0)
        return;
    (void)fputs("\nArguments:\n", to);
    for (size_t i = 0; i < table->operand_count; i++) {
        option_text_help(text, &table->operands[i]);
        print_entry(to, table->operands[i].argument, text);
    }
}

static void
print_commands(FILE *to, const struct option_table *table)
{
    if (table->command_count == 0)
        return;
    (void)fprintf(to, "\nCommands; `%s COMMAND --help` says more:\n",
                  table->program);
    for (size_t i = 0; i < table->command_count; i++) {
        const struct option_table *command = table->commands[i];

        print_entry(to, strrchr(command->program, ' ') + 1, command->purpose);
    }
}

static void
print_notes(FILE *to, const char *title, const struct option_note *note)
{
    if (note == NULL)
        return;
    (void)fprintf(to, "\n%s:\n", title);
    for (; note->term != NULL; note++)
        print_entry(to, note->term, note->text);
}

void
option_help_print(FILE *to, const struct option_table *table,
                  const struct option_table *common)
{
    char usage[OPTION_TEXT_MAX];

    option_text_usage(usage, table);
    (void)fprintf(to, "usage: %s [OPTION...]%s%s\n\n", table->program,
                  usage[0] != '\0' ? " " : "", usage);
    print_wrapped(to, table->purpose, 0, 0);
    print_operands(to, table);
    print_commands(to, table);
    (void)fputs("\nOptions, each with its environment variable; an option wins"
                " over its variable:\n",
                to);
    print_options(to, table);
    if (table->shared != NULL)
        print_options(to, table->shared);
    print_options(to, common);
    print_entry(to, "--version", "Print the version and end");
    print_entry(to, "--help", "Print this page and end");
    if (table->manual != NULL)
        print_notes(to, "Exit status", table->manual->exit_status);
}
