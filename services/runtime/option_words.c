#include "services/runtime/option_words.h"

#include "services/runtime/option_help.h"
#include "services/runtime/option_man.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row common_rows[] = {
    {.name = "log-level",
     .kind = OPTION_CHOICE,
     .argument = "LEVEL",
     .choices = "error|warn|info|debug",
     .fallback = "info",
     .help = "How much to log",
     .offset = offsetof(struct option_common, log_level)},
    {.name = "log-format",
     .kind = OPTION_CHOICE,
     .choices = "text|json",
     .fallback = "text",
     .help = "Form of a log line",
     .offset = offsetof(struct option_common, log_format)},
};

const struct option_table options_common = {
    .rows = common_rows,
    .count = OPTION_COMMON_COUNT,
};

int
option_words_refuse(const struct option_parse *p, const char *what,
                    const char *why)
{
    (void)fprintf(stderr, "%s: %s: %s\n", p->program, what, why);
    return -EINVAL;
}

void
option_words_name_row(char out[OPTION_VARIABLE_MAX],
                      const struct option_row *row)
{
    (void)snprintf(out, OPTION_VARIABLE_MAX, "--%s%s", row->name,
                   row->kind == OPTION_SECRET ? "-file" : "");
}

void
option_words_name(char out[OPTION_VARIABLE_MAX], const struct option_entry *e)
{
    if (e->is_operand) {
        (void)snprintf(out, OPTION_VARIABLE_MAX, "%s", e->row->argument);
    } else {
        option_words_name_row(out, e->row);
    }
}

static void
add_rows(struct option_parse *p, const struct option_row *rows, size_t count,
         bool are_operands)
{
    assert(p->count + count <= OPTION_ROWS_MAX);
    for (size_t i = 0; i < count; i++) {
        p->entries[p->count++] =
            (struct option_entry){.row = &rows[i], .is_operand = are_operands};
    }
}

void
option_words_begin(struct option_parse *p, const struct option_table *table)
{
    *p =
        (struct option_parse){.program = table->program, .later = table->later};
    memcpy(p->common_rows, common_rows, sizeof common_rows);
    if (table->log_level != NULL)
        p->common_rows[0].fallback = table->log_level;
    p->common = (struct option_table){.rows = p->common_rows,
                                      .count = OPTION_COMMON_COUNT};
    add_rows(p, p->common_rows, OPTION_COMMON_COUNT, false);
    add_rows(p, table->rows, table->count, false);
    if (table->shared != NULL)
        add_rows(p, table->shared->rows, table->shared->count, false);
    add_rows(p, table->operands, table->operand_count, true);
}

struct option_entry *
option_words_find(struct option_parse *p, const char *name, size_t len)
{
    char known[OPTION_VARIABLE_MAX];

    for (size_t i = 0; i < p->count; i++) {
        if (p->entries[i].is_operand)
            continue;
        option_words_name_row(known, p->entries[i].row);
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return &p->entries[i];
    }
    return NULL;
}

/* The entry of the next word that is no option; NULL: one too many. */
static struct option_entry *
find_operand(struct option_parse *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct option_entry *e = &p->entries[i];

        if (e->is_operand && (e->count == 0 || e->row->kind == OPTION_LIST))
            return e;
    }
    return NULL;
}

static int
refuse_later(const struct option_parse *p, const char *what,
             const struct option_later *later)
{
    char why[OPTION_ERROR_MAX];

    (void)option_error(why, "is not there yet in this version; %s",
                       later->instead);
    return option_words_refuse(p, what, why);
}

/* True when word is name, or the file of a secret of that name. */
static bool
is_later(const char *word, const char *name)
{
    size_t len = strlen(name);

    return strncmp(word, name, len) == 0 &&
           (word[len] == '\0' || strcmp(word + len, "-file") == 0);
}

static int
refuse_unknown(const struct option_parse *p, const char *word, size_t len)
{
    char name[OPTION_VARIABLE_MAX], why[OPTION_ERROR_MAX];
    char variable[OPTION_VARIABLE_MAX];

    (void)snprintf(name, sizeof name, "%.*s", (int)len, word);
    if (strncmp(word, "--", 2) != 0) {
        return option_words_refuse(p, name,
                                   "options are long ones, see --help");
    }
    for (const struct option_later *l = p->later; l && l->name; l++) {
        if (is_later(name + 2, l->name))
            return refuse_later(p, name, l);
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct option_row *row = p->entries[i].row;

        if (row->kind != OPTION_SECRET || strcmp(row->name, name + 2) != 0)
            continue;
        option_value_variable(variable, row, "");
        (void)option_error(why,
                           "a secret does not stand on a command line; use"
                           " %s-file or %s",
                           name, variable);
        return option_words_refuse(p, name, why);
    }
    return option_words_refuse(p, name, "unknown option, see --help");
}

/* Take one option and its value.  Returns words used, or -EINVAL. */
static int
collect_option(struct option_parse *p, char *argv[])
{
    size_t len = strcspn(argv[0], "=");
    const char *value = argv[0][len] == '=' ? argv[0] + len + 1 : NULL;
    struct option_entry *e = option_words_find(p, argv[0], len);
    char name[OPTION_VARIABLE_MAX];
    bool is_flag;

    if (e == NULL || len == 0)
        return refuse_unknown(p, argv[0], len);
    option_words_name_row(name, e->row);
    is_flag = e->row->kind == OPTION_FLAG;
    if (is_flag && value != NULL)
        return option_words_refuse(p, name, "takes no value");
    if (!is_flag && value == NULL && argv[1] == NULL)
        return option_words_refuse(p, name, "needs a value");
    if (e->count > 0 && e->row->kind != OPTION_LIST)
        return option_words_refuse(p, name, "given twice");
    if (e->count == OPTIONS_LIST_MAX)
        return option_words_refuse(p, name, "given too often");
    e->text[e->count++] = is_flag ? "yes" : value != NULL ? value : argv[1];
    return is_flag || value != NULL ? 1 : 2;
}

static int
collect_operand(struct option_parse *p, const char *word)
{
    struct option_entry *e = find_operand(p);
    bool none = e == NULL;

    for (size_t i = 0; none && i < p->count; i++)
        none = !p->entries[i].is_operand;
    if (e == NULL) {
        return option_words_refuse(p, word,
                                   none ? "is no option, see --help"
                                        : "is one word too many, see --help");
    }
    if (e->count == OPTIONS_LIST_MAX)
        return option_words_refuse(p, e->row->argument, "given too often");
    e->text[e->count++] = word;
    return 1;
}

/* True when the word asked for a page, which is printed now. */
static bool
print_page(const struct option_parse *p, const struct option_table *table,
           const char *word)
{
    if (strcmp(word, "--help") == 0) {
        option_help_print(stdout, table, &p->common);
    } else if (strcmp(word, "--man") == 0) {
        option_man_print(stdout, table, &p->common);
    } else if (strcmp(word, "--version") == 0) {
        (void)printf("%s %s\n", table->program, SYNCBUS_VERSION);
    } else {
        return false;
    }
    return true;
}

static int
check_required(const struct option_parse *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct option_entry *e = &p->entries[i];

        if (e->is_operand && e->row->is_required && e->count == 0) {
            return option_words_refuse(p, e->row->argument,
                                       "is missing, see --help");
        }
    }
    return 0;
}

/* The variable of what is not there yet must not be ignored either. */
static int
check_later(const struct option_parse *p)
{
    static const char *const suffixes[] = {"", "_FILE"};
    char name[OPTION_VARIABLE_MAX];

    for (const struct option_later *l = p->later; l && l->name; l++) {
        for (size_t i = 0; i < 2; i++) {
            const char *text;

            option_variable(name, l->name, suffixes[i]);
            text = getenv(name); /* NOLINT(concurrency-mt-unsafe): no threads */
            if (text != NULL && text[0] != '\0')
                return refuse_later(p, name, l);
        }
    }
    return 0;
}

int
option_words_collect(struct option_parse *p, const struct option_table *table,
                     int argc, char *argv[])
{
    bool ended = false; /* by "--" */

    for (int i = 1; i < argc;) {
        int used = 1;

        if (ended || argv[i][0] != '-' || argv[i][1] == '\0') {
            used = collect_operand(p, argv[i]);
        } else if (strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (print_page(p, table, argv[i])) {
            return OPTIONS_DONE;
        } else {
            used = collect_option(p, argv + i);
        }
        if (used < 0)
            return used;
        i += used;
    }
    return check_later(p) == 0 ? check_required(p) : -EINVAL;
}
