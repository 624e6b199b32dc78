/*
 * option_value.h - from the text of an option to the field it fills.
 */
#ifndef SERVICES_RUNTIME_OPTION_VALUE_H
#define SERVICES_RUNTIME_OPTION_VALUE_H

#include "services/runtime/options.h"

#define OPTION_VARIABLE_MAX 96 /* bytes of a variable's name, with the NUL */
#define OPTION_ERROR_MAX    512

/* Say what is wrong with a value; always -EINVAL. */
int option_error(char error[OPTION_ERROR_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "some-name" and a suffix ("", "_FILE") to "SYNCBUS_SOME_NAME_FILE". */
void option_variable(char out[OPTION_VARIABLE_MAX], const char *name,
                     const char *suffix);

/* The same, of a row. */
void option_value_variable(char out[OPTION_VARIABLE_MAX],
                           const struct option_row *row, const char *suffix);

/*
 * Set the row's field of out from text (any kind but OPTION_SECRET; a list
 * gets one more value).  text must outlive out.
 *
 * Returns 0, or -EINVAL and says in error what is wrong with the value.
 */
int option_value_set(const struct option_row *row, void *out, const char *text,
                     char error[OPTION_ERROR_MAX]);

/* Set a list from one text with commas; likewise. */
int option_value_set_list(const struct option_row *row, void *out,
                          const char *text, char error[OPTION_ERROR_MAX]);

/* Set a secret to a copy of text; likewise.  error never holds the text. */
int option_value_set_secret(const struct option_row *row, void *out,
                            const char *text, char error[OPTION_ERROR_MAX]);

/* Set a secret from the one line of a file; likewise. */
int option_value_read_secret(const struct option_row *row, void *out,
                             const char *path, char error[OPTION_ERROR_MAX]);

/* Wipe and free what the row's field owns. */
void option_value_clear(const struct option_row *row, void *out);

#endif
