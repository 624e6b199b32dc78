/*
 * Three passes: the command line is only collected (so that --help works
 * beside a wrong variable and an option spares its variable from being
 * read), then the common rows are applied and the log starts, then the
 * program's own.
 */
#include "services/runtime/options.h"

#include "services/runtime/log.h"
#include "services/runtime/option_help.h"
#include "services/runtime/option_value.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 96

struct common {
    const char *log_level;
    const char *log_format;
};

static const struct option_row common_rows[] = {
    {.name = "log-level",
     .kind = OPTION_CHOICE,
     .argument = "LEVEL",
     .choices = "error|warn|info|debug",
     .fallback = "info",
     .help = "How much to log",
     .offset = offsetof(struct common, log_level)},
    {.name = "log-format",
     .kind = OPTION_CHOICE,
     .choices = "text|json",
     .fallback = "text",
     .help = "Form of a log line",
     .offset = offsetof(struct common, log_format)},
};

static const struct option_table common_table = {
    .rows = common_rows,
    .count = sizeof common_rows / sizeof *common_rows,
};

/* One row during a parse. */
struct entry {
    const struct option_row *row;
    size_t count; /* times on the command line */
    const char *text[OPTIONS_LIST_MAX];
    bool given;
};

/* What options_given() answers from; written by options_parse() alone. */
static struct parse {
    const char *program;
    size_t count;
    struct entry entries[ROWS_MAX];
} parse;

/* Print "program: <what>: <why>"; always -EINVAL. */
static int
refuse(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s: %s\n", parse.program, what, why);
    return -EINVAL;
}

/* The option as the user writes it. */
static void
write_name(char out[OPTION_VARIABLE_MAX], const struct option_row *row)
{
    (void)snprintf(out, OPTION_VARIABLE_MAX, "--%s%s", row->name,
                   row->kind == OPTION_SECRET ? "-file" : "");
}

static void
add_rows(const struct option_table *table)
{
    assert(parse.count + table->count <= ROWS_MAX);
    for (size_t i = 0; i < table->count; i++)
        parse.entries[parse.count++] = (struct entry){.row = &table->rows[i]};
}

/* The entry that "--name" of len bytes means; NULL when there is none. */
static struct entry *
find_entry(const char *name, size_t len)
{
    char known[OPTION_VARIABLE_MAX];

    for (size_t i = 0; i < parse.count; i++) {
        write_name(known, parse.entries[i].row);
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return &parse.entries[i];
    }
    return NULL;
}

static int
refuse_unknown(const char *word, size_t len)
{
    char name[OPTION_VARIABLE_MAX], why[OPTION_ERROR_MAX];
    char variable[OPTION_VARIABLE_MAX];

    (void)snprintf(name, sizeof name, "%.*s", (int)len, word);
    if (strncmp(word, "--", 2) != 0) {
        return refuse(name, word[0] == '-' && word[1] != '\0'
                                ? "options are long ones, see --help"
                                : "is no option, see --help");
    }
    for (size_t i = 0; i < parse.count; i++) {
        const struct option_row *row = parse.entries[i].row;

        if (row->kind != OPTION_SECRET || strcmp(row->name, name + 2) != 0)
            continue;
        option_variable(variable, row->name, "");
        (void)option_error(why,
                           "a secret does not stand on a command line; use"
                           " %s-file or %s",
                           name, variable);
        return refuse(name, why);
    }
    return refuse(name, "unknown option, see --help");
}

/* Take one option and its value.  Returns words used, or -EINVAL. */
static int
collect_option(char *argv[])
{
    size_t len = strcspn(argv[0], "=");
    const char *value = argv[0][len] == '=' ? argv[0] + len + 1 : NULL;
    struct entry *e = find_entry(argv[0], len);
    char name[OPTION_VARIABLE_MAX];
    bool is_flag;

    if (e == NULL || len == 0)
        return refuse_unknown(argv[0], len);
    write_name(name, e->row);
    is_flag = e->row->kind == OPTION_FLAG;
    if (is_flag && value != NULL)
        return refuse(name, "takes no value");
    if (!is_flag && value == NULL && argv[1] == NULL)
        return refuse(name, "needs a value");
    if (e->count > 0 && e->row->kind != OPTION_LIST)
        return refuse(name, "given twice");
    if (e->count == OPTIONS_LIST_MAX)
        return refuse(name, "given too often");
    e->text[e->count++] = is_flag ? "yes" : value != NULL ? value : argv[1];
    return is_flag || value != NULL ? 1 : 2;
}

static int
collect(const struct option_table *table, int argc, char *argv[])
{
    for (int i = 1; i < argc;) {
        int used;

        if (strcmp(argv[i], "--help") == 0) {
            option_help_print(stdout, table, &common_table);
            return OPTIONS_DONE;
        }
        if (strcmp(argv[i], "--version") == 0) {
            (void)printf("%s %s\n", table->program, SYNCBUS_VERSION);
            return OPTIONS_DONE;
        }
        used = collect_option(argv + i);
        if (used < 0)
            return used;
        i += used;
    }
    return 0;
}

/* The variable's text; NULL when it is not set or empty. */
static const char *
read_variable(char name[OPTION_VARIABLE_MAX], const struct option_row *row,
              const char *suffix)
{
    const char *text;

    option_variable(name, row->name, suffix);
    text = getenv(name); /* NOLINT(concurrency-mt-unsafe): no threads yet */
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static int
apply_secret(struct entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], file_name[OPTION_VARIABLE_MAX];
    char error[OPTION_ERROR_MAX];
    const char *text = read_variable(name, e->row, "");
    const char *path = read_variable(file_name, e->row, "_FILE");
    int rc;

    if (e->count > 0) {
        path = e->text[0];
        write_name(file_name, e->row);
    }
    e->given = text != NULL || path != NULL;
    if (!e->given)
        return 0;
    if (text != NULL && path != NULL) {
        (void)option_error(error, "%s is set too: give the secret one way only",
                           name);
        return refuse(file_name, error);
    }
    rc = path != NULL ? option_value_read_secret(e->row, out, path, error)
                      : option_value_set_secret(e->row, out, text, error);
    return rc == 0 ? 0 : refuse(path != NULL ? file_name : name, error);
}

/* From the variable, or else the default. */
static int
apply_variable(struct entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], error[OPTION_ERROR_MAX];
    const char *text = read_variable(name, e->row, "");
    int rc;

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
    return rc == 0 ? 0 : refuse(name, error);
}

static int
apply(struct entry *e, void *out)
{
    char name[OPTION_VARIABLE_MAX], error[OPTION_ERROR_MAX];

    if (e->row->kind == OPTION_SECRET)
        return apply_secret(e, out);
    if (e->count == 0)
        return apply_variable(e, out);
    e->given = true;
    for (size_t i = 0; i < e->count; i++) {
        if (option_value_set(e->row, out, e->text[i], error) != 0) {
            write_name(name, e->row);
            return refuse(name, error);
        }
    }
    return 0;
}

int
options_parse(const struct option_table *table, void *out, int argc,
              char *argv[])
{
    enum log_level level = LOG_INFO;
    struct common common = {0};
    int rc;

    parse = (struct parse){.program = table->program};
    add_rows(&common_table);
    add_rows(table);
    rc = collect(table, argc, argv);
    for (size_t i = 0; rc == 0 && i < common_table.count; i++)
        rc = apply(&parse.entries[i], &common);
    if (rc != 0)
        return rc;
    (void)log_level_parse(&level, common.log_level);
    log_init(table->program, level, strcmp(common.log_format, "json") == 0);
    for (size_t i = common_table.count; rc == 0 && i < parse.count; i++)
        rc = apply(&parse.entries[i], out);
    return rc;
}

void
options_clear(const struct option_table *table, void *out)
{
    for (size_t i = 0; i < table->count; i++)
        option_value_clear(&table->rows[i], out);
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
