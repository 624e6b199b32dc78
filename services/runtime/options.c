/*
 * Three passes: the command line is only collected (so that --help works
 * beside a wrong variable and an option spares its variable from being
 * read), then the common rows are applied and the log starts, then the
 * program's own.
 */
#include "services/runtime/options.h"

#include "services/runtime/log.h"
#include "services/runtime/option_value.h"
#include "services/runtime/option_words.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What options_given() answers from; written by options_parse() alone. */
static struct option_parse parse;

/* The variable's text; NULL when it is not set or empty. */
static const char *
read_variable(char name[OPTION_VARIABLE_MAX], const struct option_row *row,
              const char *suffix)
{
    const char *text;

    option_value_variable(name, row, suffix);
    text = getenv(name); /* NOLINT(concurrency-mt-unsafe): no threads yet */
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static int
apply_secret(struct option_entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], file_name[OPTION_VARIABLE_MAX];
    char error[OPTION_ERROR_MAX];
    const char *text = read_variable(name, e->row, "");
    const char *path = read_variable(file_name, e->row, "_FILE");
    int rc;

    if (e->count > 0) {
        path = e->text[0];
        option_words_name_row(file_name, e->row);
    }
    e->given = text != NULL || path != NULL;
    if (!e->given)
        return 0;
    if (text != NULL && path != NULL) {
        (void)option_error(error, "%s is set too: give the secret one way only",
                           name);
        return option_words_refuse(&parse, file_name, error);
    }
    rc = path != NULL ? option_value_read_secret(e->row, out, path, error)
                      : option_value_set_secret(e->row, out, text, error);
    return rc == 0 ? 0
                   : option_words_refuse(
                         &parse, path != NULL ? file_name : name, error);
}

/* From the variable, or else the default. */
static int
apply_variable(struct option_entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], error[OPTION_ERROR_MAX];
    const char *text = read_variable(name, e->row, "");
    int rc;

    if (e->is_operand)
        text = NULL; /* a word that was not given has no variable */
    e->given = text != NULL;
    if (text == NULL)
        text = e->row->fallback;
    if (text == NULL)
        return 0;
    if (e->row->kind == OPTION_LIST) {
        rc = option_value_set_list(e->row, out, text, error);
    } else {
        rc = option_value_set(e->row, out, text, error);
    }
    assert(rc == 0 || e->given); /* a default of ours is valid */
    return rc == 0 ? 0 : option_words_refuse(&parse, name, error);
}

static int
apply(struct option_entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], error[OPTION_ERROR_MAX];

    if (e->row->kind == OPTION_SECRET)
        return apply_secret(e, out);
    if (e->count == 0)
        return apply_variable(e, out);
    e->given = true;
    for (size_t i = 0; i < e->count; i++) {
        if (option_value_set(e->row, out, e->text[i], error) != 0) {
            option_words_name(name, e);
            return option_words_refuse(&parse, name, error);
        }
    }
    return 0;
}

int
options_find_command(const struct option_table *table, int argc, char *argv[])
{
    option_words_begin(&parse, table);
    for (int i = 1; i < argc; i++) {
        size_t len = strcspn(argv[i], "=");
        const struct option_entry *e = option_words_find(&parse, argv[i], len);

        if (argv[i][0] != '-')
            return i;
        if (e != NULL && e->row->kind != OPTION_FLAG && argv[i][len] == '\0')
            i++; /* its value */
    }
    return 0;
}

int
options_parse(const struct option_table *table, void *out, int argc,
              char *argv[])
{
    enum log_level level = LOG_INFO;
    struct option_common common = {0};
    int rc;

    option_words_begin(&parse, table);
    rc = option_words_collect(&parse, table, argc, argv);
    for (size_t i = 0; rc == 0 && i < OPTION_COMMON_COUNT; i++)
        rc = apply(&parse.entries[i], &common);
    if (rc != 0)
        return rc;
    assert(common.log_level != NULL && common.log_format != NULL);
    (void)log_level_parse(&level, common.log_level);
    log_init(table->program, level, strcmp(common.log_format, "json") == 0);
    for (size_t i = OPTION_COMMON_COUNT; rc == 0 && i < parse.count; i++)
        rc = apply(&parse.entries[i], out);
    return rc;
}

void
options_clear(const struct option_table *table, void *out)
{
    for (size_t i = 0; i < table->count; i++)
        option_value_clear(&table->rows[i], out);
    for (size_t i = 0; i < table->operand_count; i++)
        option_value_clear(&table->operands[i], out);
    if (table->shared != NULL)
        options_clear(table->shared, out);
}

bool
options_given(const char *name)
{
    for (size_t i = 0; i < parse.count; i++) {
        if (strcmp(parse.entries[i].row->name, name) == 0)
            return parse.entries[i].given;
    }
    return false;
}
