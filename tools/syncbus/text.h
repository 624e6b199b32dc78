/*
 * text.h - foreign text on a terminal: escaped, measured in columns, cut.
 *
 * A path is what somebody named a file: an escape sequence in it must never
 * reach the terminal, and a wide character takes two columns.  Pure.
 */
#ifndef TOOLS_SYNCBUS_TEXT_H
#define TOOLS_SYNCBUS_TEXT_H

#include <stddef.h>

#define TEXT_ELLIPSIS "\xe2\x80\xa6"

/*
 * Copy src to out (cap bytes, cut at a character), printable: control
 * characters become \n, \x1b, ..., what would turn or hide text (bidi
 * controls, line separators, ...) \u202e, and bytes that are not UTF-8 \xff.
 */
void text_safe(char *out, size_t cap, const char *src);

/* Columns that a safe text takes. */
size_t text_width(const char *safe);

/*
 * Copy a safe text, cut to that many columns: its end, or its beginning, gives
 * way to an ellipsis.  Returns the columns taken.
 */
size_t text_cut_end(char *out, size_t cap, const char *safe, size_t columns);
size_t text_cut_start(char *out, size_t cap, const char *safe, size_t columns);

#endif
