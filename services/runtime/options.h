/*
 * options.h - one table per program: option = environment variable = help
 * line.
 *
 * --some-name V is also SYNCBUS_SOME_NAME; the option wins.  One environment
 * serves all programs of ours: what two of them have means the same in both,
 * or has another variable (option_row.variable).  A secret S never
 * stands on a command line: it is --S-file PATH, SYNCBUS_S_FILE or SYNCBUS_S.
 * Every program has --help, --version, --log-level and --log-format without
 * listing them.  Called once, before any thread exists.
 */
#ifndef SERVICES_RUNTIME_OPTIONS_H
#define SERVICES_RUNTIME_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_LIST_MAX   16   /* values of one repeatable option */
#define OPTIONS_SECRET_MAX 4096 /* bytes of a secret, with the NUL */

/* What the field at `offset` is. */
enum option_kind {
    OPTION_TEXT,   /* const char *, NULL when not given and no default */
    OPTION_FLAG,   /* bool; takes no argument ("1", "yes" in the variable) */
    OPTION_YESNO,  /* bool; "yes" or "no" */
    OPTION_NUMBER, /* long, between min and max */
    OPTION_CHOICE, /* const char *, one of `choices` ("a|b|c") */
    OPTION_LIST,   /* struct option_list; repeatable, ',' in the variable */
    OPTION_SECRET, /* char *, NULL when not given; owned by the struct */
};

struct option_list {
    size_t count;
    const char *value[OPTIONS_LIST_MAX];
    char *text; /* owned: a variable's text, cut at its commas; or NULL */
};

struct option_row {
    const char *name;     /* without dashes */
    const char *argument; /* "DIR"; NULL for a flag */
    const char *fallback; /* default as text; NULL: none */
    const char *help;     /* one line */
    enum option_kind kind;
    bool is_required;    /* operands only */
    size_t offset;       /* offsetof(the program's struct, field) */
    const char *choices; /* OPTION_CHOICE; an operand's: words to suggest */
    /* Its variable is SYNCBUS_ and the name, or this, where another program
     * of ours means something else by the name: "sync-timeout". */
    const char *variable;
    long min, max; /* OPTION_NUMBER; the unit is the argument's word */
};

/* An option that a later version has: refused by name, never ignored. */
struct option_later {
    const char *name;    /* without dashes, and without "-file" of a secret */
    const char *instead; /* what to do until then */
};

struct option_manual; /* option_man.h */

struct option_table {
    const char *program; /* "syncbus-engine", "syncbus status" */
    const char *purpose; /* one sentence for --help */
    const struct option_row *rows;
    size_t count;
    const struct option_table *shared; /* rows it has as well; or NULL */
    /*
     * Words that are no options, in this order; a row's name is for
     * options_given(), its argument is what people see, and an OPTION_LIST
     * takes all that are left.
     */
    const struct option_row *operands;
    size_t operand_count;
    const char *usage; /* the operands on one line; NULL: made from them */
    /* Commands, each with a table of its own: options_find_command(). */
    const struct option_table *const *commands;
    size_t command_count;
    const struct option_later *later;   /* ends with {NULL, NULL}; or NULL */
    const char *log_level;              /* default of --log-level; NULL: info */
    const struct option_manual *manual; /* the rest of its page; or NULL */
};

/* The rows every program has: --log-level, --log-format. */
extern const struct option_table options_common;

/* Documented outcomes of options_parse. */
#define OPTIONS_DONE 1 /* --help, --version or --man printed: exit 0 */

/*
 * Fill the program's struct from defaults, environment and command line, in
 * rising order of weight, and start the log.  An option is written --name V
 * or --name=V, "--" ends them; an empty variable counts as not set (compose
 * files pass them).
 * A secret's file holds one line; one that others can read gets a warning.
 *
 * Returns 0; OPTIONS_DONE; or -EINVAL after one line on standard error that
 * names the option or variable and what is wrong with it (exit 2).  Text
 * values point into argv, the environment or the table.  Give out to
 * options_clear() after every outcome; it starts as all zero.
 */
int options_parse(const struct option_table *table, void *out, int argc,
                  char *argv[]);

/*
 * Which word of argv is the command, for a table that has some: options of
 * the table itself may stand before it.  0 when there is none.
 */
int options_find_command(const struct option_table *table, int argc,
                         char *argv[]);

/* Wipe and free what out owns.  Fine on a half-filled struct. */
void options_clear(const struct option_table *table, void *out);

/*
 * True when the option of the table last parsed was given, on the command
 * line or as a variable (not just defaulted).
 */
bool options_given(const char *name);

#endif
