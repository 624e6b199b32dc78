#include "services/runtime/option_help.h"

#include "services/runtime/option_value.h"

#include <stdarg.h>
#include <string.h>

#define WIDTH       80
#define HELP_COLUMN 28
#define ENTRY_MAX   1024

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

static void append(char text[ENTRY_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append(char text[ENTRY_MAX], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, ENTRY_MAX - used, format, args);
    va_end(args);
}

/* "--mode auto|manual", "--api-token-file PATH". */
static void
write_option(char out[ENTRY_MAX], const struct option_row *row)
{
    const char *argument = row->argument;

    if (row->kind == OPTION_SECRET) {
        argument = "PATH";
    } else if (row->kind == OPTION_YESNO) {
        argument = "yes|no";
    } else if (row->kind == OPTION_CHOICE && argument == NULL) {
        argument = row->choices;
    }
    out[0] = '\0';
    append(out, "--%s%s%s%s", row->name,
           row->kind == OPTION_SECRET ? "-file" : "",
           argument != NULL ? " " : "", argument != NULL ? argument : "");
}

/* The help line with what the row itself knows. */
static void
write_text(char out[ENTRY_MAX], const struct option_row *row)
{
    char variable[OPTION_VARIABLE_MAX];

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
    option_variable(variable, row->name,
                    row->kind == OPTION_SECRET ? "_FILE" : "");
    append(out, " [%s", variable);
    option_variable(variable, row->name, "");
    if (row->kind == OPTION_SECRET)
        append(out, " or %s", variable);
    append(out, "]");
}

static void
print_row(FILE *to, const struct option_row *row)
{
    char option[ENTRY_MAX], text[ENTRY_MAX];

    write_option(option, row);
    write_text(text, row);
    (void)fprintf(to, "  %-*s", HELP_COLUMN - 4, option);
    if (strlen(option) > HELP_COLUMN - 4)
        (void)fprintf(to, "\n%*s", HELP_COLUMN - 2, "");
    (void)fputs("  ", to);
    print_wrapped(to, text, HELP_COLUMN, HELP_COLUMN);
}

void
option_help_print(FILE *to, const struct option_table *table,
                  const struct option_table *common)
{
    (void)fprintf(to, "usage: %s [OPTION...]\n\n", table->program);
    print_wrapped(to, table->purpose, 0, 0);
    (void)fputs("\nOptions, each with its environment variable; an option wins"
                " over its variable:\n",
                to);
    for (size_t i = 0; i < table->count; i++)
        print_row(to, &table->rows[i]);
    for (size_t i = 0; i < common->count; i++)
        print_row(to, &common->rows[i]);
    (void)fprintf(to, "  %-*s%s\n  %-*s%s\n", HELP_COLUMN - 2, "--version",
                  "Print the version and end", HELP_COLUMN - 2, "--help",
                  "Print this page and end");
}
