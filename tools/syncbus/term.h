/*
 * term.h - what is at the end of standard output, or standard error.
 */
#ifndef TOOLS_SYNCBUS_TERM_H
#define TOOLS_SYNCBUS_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct term {
    bool is_tty; /* one that can move its cursor */
    bool hues;   /* and may have colours: NO_COLOR is empty or not set */
    size_t width, height; /* 0 when it is no terminal */
};

struct term term_look(int fd);

/* Lines redrawn in place.  All zero at first. */
struct screen {
    size_t width, height, rows; /* of the terminal; lines drawn */
    bool is_open;
};

/* Hide the cursor; what is drawn starts where it stands. */
void screen_open(struct screen *s);

/* Lines below what was printed before; at most height - 1. */
void screen_begin(struct screen *s, const struct term *t);
void screen_line(struct screen *s, const char *line);
void screen_end(struct screen *s);

/* Show the cursor; what was drawn last stays. */
void screen_close(struct screen *s);

#endif
