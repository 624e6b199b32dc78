/*
 * option_words.h - the words of a command line, collected by the entry they
 * belong to; nothing is converted yet.  Used by options.c alone.
 */
#ifndef SERVICES_RUNTIME_OPTION_WORDS_H
#define SERVICES_RUNTIME_OPTION_WORDS_H

#include "services/runtime/option_value.h"

#include <stddef.h>

#define OPTION_ROWS_MAX     96
#define OPTION_COMMON_COUNT 2

/* What the rows fill that every program has. */
struct option_common {
    const char *log_level;
    const char *log_format;
};

/* One row during a parse. */
struct option_entry {
    const struct option_row *row;
    size_t count; /* times on the command line */
    const char *text[OPTIONS_LIST_MAX];
    bool given, is_operand;
};

struct option_parse {
    const char *program;
    const struct option_later *later;
    struct option_row common_rows[OPTION_COMMON_COUNT];
    struct option_table common;
    size_t count;
    struct option_entry entries[OPTION_ROWS_MAX];
};

/* Everything the table's command line may hold, common rows first. */
void option_words_begin(struct option_parse *p,
                        const struct option_table *table);

/*
 * Returns 0; OPTIONS_DONE after printing a page; -EINVAL after a line that
 * says what is wrong.
 */
int option_words_collect(struct option_parse *p,
                         const struct option_table *table, int argc,
                         char *argv[]);

/* The entry that "--name" of len bytes means; NULL when there is none. */
struct option_entry *option_words_find(struct option_parse *p, const char *name,
                                       size_t len);

/* An option, or any entry, as the user writes it. */
void option_words_name_row(char out[OPTION_VARIABLE_MAX],
                           const struct option_row *row);
void option_words_name(char out[OPTION_VARIABLE_MAX],
                       const struct option_entry *e);

/* Print "program: <what>: <why>"; always -EINVAL. */
int option_words_refuse(const struct option_parse *p, const char *what,
                        const char *why);

#endif
