/*
 * secret_text.h - an access code as people type or paste it.  Pure.
 */
#ifndef GATEWAY_SIYUAN_SECRET_TEXT_H
#define GATEWAY_SIYUAN_SECRET_TEXT_H

#include <stddef.h>

/*
 * Copy text without what nobody sees: control and zero-width characters
 * anywhere, blanks at both ends.  Returns 0; -ENOBUFS when it does not fit.
 */
int secret_text_clean(char *out, size_t cap, const char *text);

#endif
