/*
 * mdoc.h - texts in the language of manual pages, mdoc(7), which both mandoc
 * and groff read.  A line holds one sentence at most and 78 characters, which
 * is what checkers ask for.  Pure: it prints where it is told.
 */
#ifndef SERVICES_RUNTIME_MDOC_H
#define SERVICES_RUNTIME_MDOC_H

#include <stdio.h>

/* Plain text, on lines of its own; '\n' starts a paragraph. */
void mdoc_text(FILE *to, const char *text);

/* The argument of a macro, quoted: it may hold spaces and commas. */
void mdoc_quoted(FILE *to, const char *text);

/* The name of an option, without its dashes in front. */
void mdoc_dashed(FILE *to, const char *name);

#endif
