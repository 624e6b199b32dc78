/*
 * table.h - rows under headings, as wide as the terminal lets them be.
 *
 * A table that is too wide first loses columns, in the order they say, then
 * cuts those that may be cut.  Pure: it prints where it is told.
 */
#ifndef TOOLS_SYNCBUS_TABLE_H
#define TOOLS_SYNCBUS_TABLE_H

#include "tools/syncbus/hue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_CELL_MAX    512
#define TABLE_COLUMNS_MAX 10
#define TABLE_WIDE        0 /* as a width: no limit */

struct table_column {
    const char *title;
    size_t min;    /* may be cut to so many columns; 0: never cut */
    unsigned drop; /* the highest goes first; 0: never */
    bool right;
};

struct table_cell {
    char text[TABLE_CELL_MAX]; /* safe (text.h) */
    enum hue hue;
};

struct table {
    const struct table_column *columns;
    size_t column_count, rows, cap;
    struct table_cell *cells; /* rows times columns */
};

void table_init(struct table *t, const struct table_column *columns,
                size_t count);
void table_clear(struct table *t);

/* A new row of empty cells, valid until the next; NULL when out of memory. */
struct table_cell *table_add(struct table *t);

/* Print a heading and the rows.  hues: with colours. */
void table_print(FILE *to, const struct table *t, size_t width, bool hues);

#endif
