#include "services/runtime/option_man.h"

#include "services/runtime/mdoc.h"
#include "services/runtime/option_text.h"
#include "services/runtime/option_value.h"

#include <ctype.h>
#include <string.h>

#define DATE "November 24, 2026" /* of the texts, not of the build */

const struct option_note option_man_exit_status[] = {
    {"0", "Asked to stop, or done."},
    {"1", "Failed at run time; the last line on standard error says why."},
    {"2", "Wrong usage or configuration; one line says what and where."},
    {NULL, NULL},
};

/* ---- macros ---- */

/* "Fl \-name Ar DIR", after whatever macro stands before it. */
static void
put_flag(FILE *to, const struct option_row *row)
{
    const char *argument = option_text_argument(row);

    (void)fputs("Fl \\-", to);
    mdoc_dashed(to, row->name);
    if (row->kind == OPTION_SECRET)
        (void)fputs("\\-file", to);
    if (argument != NULL) {
        (void)fputs(" Ar ", to);
        mdoc_quoted(to, argument);
    }
    (void)fputc('\n', to);
}

static void
put_synopsis(FILE *to, const struct option_table *table)
{
    char usage[OPTION_TEXT_MAX];
    const char *space = strchr(table->program, ' ');

    option_text_usage(usage, table);
    (void)fputs(".Nm\n", to);
    if (space != NULL)
        (void)fprintf(to, ".Cm %s\n", space + 1);
    for (size_t i = 0; i < table->count; i++) {
        (void)fputs(".Op ", to);
        put_flag(to, &table->rows[i]);
    }
    if (space != NULL || table->command_count > 0)
        (void)fputs(".Op Ar OPTION ...\n", to);
    if (usage[0] != '\0') {
        (void)fputs(".Ar ", to);
        mdoc_quoted(to, usage);
        (void)fputc('\n', to);
    }
}

static void
put_rows(FILE *to, const struct option_table *table)
{
    char text[OPTION_TEXT_MAX];

    for (size_t i = 0; i < table->count; i++) {
        option_text_help(text, &table->rows[i]);
        (void)fputs(".It ", to);
        put_flag(to, &table->rows[i]);
        mdoc_text(to, text);
    }
}

static void
put_operands(FILE *to, const struct option_table *table)
{
    char text[OPTION_TEXT_MAX];

    for (size_t i = 0; i < table->operand_count; i++) {
        option_text_help(text, &table->operands[i]);
        (void)fputs(".It Ar ", to);
        mdoc_quoted(to, table->operands[i].argument);
        (void)fputc('\n', to);
        mdoc_text(to, text);
    }
}

static void
put_tagged(FILE *to, const char *macro, const struct option_note *note)
{
    (void)fputs(".Bl -tag -width Ds\n", to);
    for (; note->term != NULL; note++) {
        (void)fprintf(to, ".It%s%s ", macro[0] != '\0' ? " " : "", macro);
        mdoc_quoted(to, note->term);
        (void)fputc('\n', to);
        mdoc_text(to, note->text);
    }
    (void)fputs(".El\n", to);
}

/* ---- sections ---- */

static void
put_command(FILE *to, const struct option_table *command)
{
    const struct option_manual *manual = command->manual;
    bool has_list = command->count + command->operand_count > 0;

    (void)fprintf(to, ".Ss %s\n", strchr(command->program, ' ') + 1);
    mdoc_text(to, command->purpose);
    if (manual != NULL && manual->description != NULL) {
        (void)fputs(".Pp\n", to);
        mdoc_text(to, manual->description);
    }
    if (has_list)
        (void)fputs(".Bl -tag -width Ds\n", to);
    put_operands(to, command);
    put_rows(to, command);
    if (has_list)
        (void)fputs(".El\n", to);
    if (manual != NULL && manual->exit_status != NULL) {
        (void)fputs(".Pp\nExit status:\n", to);
        put_tagged(to, "", manual->exit_status);
    }
}

static void
put_options(FILE *to, const struct option_table *table,
            const struct option_table *common)
{
    if (table->command_count > 0) {
        (void)fputs(".Sh COMMANDS\n", to);
        for (size_t i = 0; i < table->command_count; i++)
            put_command(to, table->commands[i]);
    }
    (void)fputs(".Sh OPTIONS\n", to);
    mdoc_text(to, table->command_count > 0
                      ? "Every command has these as well. They may also stand"
                        " before it."
                      : "All options are long ones.");
    (void)fputs(".Bl -tag -width Ds\n", to);
    put_operands(to, table);
    put_rows(to, table);
    if (table->shared != NULL)
        put_rows(to, table->shared);
    put_rows(to, common);
    (void)fputs(".It Fl \\-version\nPrint the version and end.\n"
                ".It Fl \\-help\nPrint a summary and end.\n.El\n",
                to);
}

static void
put_variable(FILE *to, const struct option_row *row)
{
    char variable[OPTION_VARIABLE_MAX];
    bool secret = row->kind == OPTION_SECRET;

    option_value_variable(variable, row, "");
    (void)fprintf(to, ".It Ev %s", variable);
    if (secret)
        (void)fprintf(to, " , %s_FILE", variable);
    (void)fputs("\n.Fl \\-", to);
    mdoc_dashed(to, row->name);
    (void)fputs(secret ? "\\-file ;\nthe first is the secret itself,"
                         " the second the file.\n"
                       : "\n",
                to);
}

static bool
has_row(const struct option_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0)
            return true;
    }
    return false;
}

static void
put_variables(FILE *to, const struct option_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        put_variable(to, &table->rows[i]);
}

/* Those of all commands, each once. */
static void
put_command_variables(FILE *to, const struct option_table *table)
{
    for (size_t c = 0; c < table->command_count; c++) {
        const struct option_table *command = table->commands[c];

        for (size_t i = 0; i < command->count; i++) {
            bool before = false;

            for (size_t o = 0; !before && o < c; o++)
                before = has_row(table->commands[o], command->rows[i].name);
            if (!before)
                put_variable(to, &command->rows[i]);
        }
    }
}

static void
put_environment(FILE *to, const struct option_table *table,
                const struct option_table *common)
{
    const struct option_note *more =
        table->manual != NULL ? table->manual->environment : NULL;

    (void)fputs(".Sh ENVIRONMENT\n", to);
    mdoc_text(to, "Every option is also a variable. The option wins; a variable"
                  " that is empty counts as not set.");
    (void)fputs(".Bl -tag -width Ds\n", to);
    put_variables(to, table);
    put_command_variables(to, table);
    if (table->shared != NULL)
        put_variables(to, table->shared);
    put_variables(to, common);
    for (; more != NULL && more->term != NULL; more++) {
        (void)fprintf(to, ".It Ev %s\n", more->term);
        mdoc_text(to, more->text);
    }
    (void)fputs(".El\n", to);
}

static void
put_examples(FILE *to, const struct option_note *note)
{
    if (note == NULL)
        return;
    (void)fputs(".Sh EXAMPLES\n", to);
    for (bool first = true; note->term != NULL; note++, first = false) {
        if (!first)
            (void)fputs(".Pp\n", to);
        mdoc_text(to, note->text);
        (void)fputs(".Pp\n.Dl ", to);
        mdoc_quoted(to, note->term);
        (void)fputc('\n', to);
    }
}

static void
put_see_also(FILE *to, const struct option_note *note)
{
    if (note == NULL)
        return;
    (void)fputs(".Sh SEE ALSO\n", to);
    for (; note->term != NULL; note++) {
        (void)fprintf(to, ".Xr %s %s%s\n", note->term, note->text,
                      note[1].term != NULL ? " ," : "");
    }
}

void
option_man_print(FILE *to, const struct option_table *table,
                 const struct option_table *common)
{
    static const struct option_manual nothing = {.section = 8};
    const struct option_manual *manual =
        table->manual != NULL ? table->manual : &nothing;
    size_t purpose = strlen(table->purpose);

    (void)fprintf(to, ".Dd %s\n.Dt ", DATE);
    for (const char *p = table->program; *p != '\0'; p++)
        (void)fputc(toupper((unsigned char)*p), to);
    (void)fprintf(to,
                  " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd %.*s\n"
                  ".Sh SYNOPSIS\n",
                  manual->section, table->program,
                  (int)(purpose > 0 ? purpose - 1 : 0), table->purpose);
    put_synopsis(to, table);
    for (size_t i = 0; i < table->command_count; i++)
        put_synopsis(to, table->commands[i]);
    (void)fputs(".Sh DESCRIPTION\n", to);
    mdoc_text(to, manual->description != NULL ? manual->description
                                              : table->purpose);
    put_options(to, table, common);
    put_environment(to, table, common);
    if (manual->files != NULL) {
        (void)fputs(".Sh FILES\n", to);
        put_tagged(to, "Pa", manual->files);
    }
    (void)fputs(".Sh EXIT STATUS\n", to);
    put_tagged(to, "",
               manual->exit_status != NULL ? manual->exit_status
                                           : option_man_exit_status);
    put_examples(to, manual->examples);
    put_see_also(to, manual->see_also);
}
