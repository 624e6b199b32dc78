/*
 * option_man.h - the manual page of a program (mdoc), which the hidden option
 * --man prints and the build installs.  Options and variables come from the
 * table, the rest from a struct option_manual.
 */
#ifndef SERVICES_RUNTIME_OPTION_MAN_H
#define SERVICES_RUNTIME_OPTION_MAN_H

#include "services/runtime/options.h"

#include <stdio.h>

/* A word and what it means.  Lists of them end with a NULL term. */
struct option_note {
    const char *term, *text;
};

/*
 * Texts are plain ASCII; '\n' starts a paragraph.  A list that is NULL is
 * left out; exit_status NULL means the three codes of every program.
 */
struct option_manual {
    int section;             /* 1 or 8 */
    const char *description; /* after the purpose, which it begins with */
    const struct option_note *environment; /* besides the options' own */
    const struct option_note *files;
    const struct option_note *exit_status;
    const struct option_note *examples; /* term: the command line */
    const struct option_note *see_also; /* term: page, text: section */
};

/* 0, 1 and 2: what every program ends with. */
extern const struct option_note option_man_exit_status[];

/*
 * Print the page of table, and of its commands when it has some.  common are
 * the rows every program has.
 */
void option_man_print(FILE *to, const struct option_table *table,
                      const struct option_table *common);

#endif
