#include "services/runtime/option_value.h"

#include "services/runtime/log.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
option_error(char error[OPTION_ERROR_MAX], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(error, OPTION_ERROR_MAX, format, args);
    va_end(args);
    return -EINVAL;
}

void
option_variable(char out[OPTION_VARIABLE_MAX], const char *name,
                const char *suffix)
{
    (void)snprintf(out, OPTION_VARIABLE_MAX, "SYNCBUS_%s%s", name, suffix);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)(*p == '-' ? '_' : toupper((unsigned char)*p));
}

void
option_value_variable(char out[OPTION_VARIABLE_MAX],
                      const struct option_row *row, const char *suffix)
{
    option_variable(out, row->variable != NULL ? row->variable : row->name,
                    suffix);
}

static void *
field_of(const struct option_row *row, void *out)
{
    return (char *)out + row->offset;
}

/* " (seconds)" for a row whose argument is SECONDS; "" for N. */
static void
write_unit(char out[32], const struct option_row *row)
{
    out[0] = '\0';
    if (row->argument == NULL || strlen(row->argument) < 2)
        return;
    (void)snprintf(out, 32, " (%s)", row->argument);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
}

static int
set_number(const struct option_row *row, void *out, const char *text,
           char error[OPTION_ERROR_MAX])
{
    size_t sign = text[0] == '-' ? 1 : 0;
    char unit[32];
    long value;

    if (text[sign] == '\0' ||
        strspn(text + sign, "0123456789") != strlen(text + sign))
        return option_error(error, "\"%s\" is not a whole number", text);
    errno = 0;
    value = strtol(text, NULL, 10);
    write_unit(unit, row);
    if (errno != 0 || value < row->min || value > row->max) {
        return option_error(error, "%s is not between %ld and %ld%s", text,
                            row->min, row->max, unit);
    }
    *(long *)field_of(row, out) = value;
    return 0;
}

static bool
is_one_of(const char *text, const char *words)
{
    size_t len = strlen(text);

    for (const char *p = words;; p++) {
        size_t n = strcspn(p, "|");

        if (n == len && memcmp(p, text, n) == 0)
            return true;
        p += n;
        if (*p == '\0')
            return false;
    }
}

static int
set_choice(const struct option_row *row, void *out, const char *text,
           char error[OPTION_ERROR_MAX])
{
    if (!is_one_of(text, row->choices))
        return option_error(error, "\"%s\" is none of %s", text, row->choices);
    *(const char **)field_of(row, out) = text;
    return 0;
}

static int
set_bool(const struct option_row *row, void *out, const char *text,
         char error[OPTION_ERROR_MAX])
{
    bool loose = row->kind == OPTION_FLAG;

    if (is_one_of(text, loose ? "yes|1|true" : "yes")) {
        *(bool *)field_of(row, out) = true;
    } else if (is_one_of(text, loose ? "no|0|false" : "no")) {
        *(bool *)field_of(row, out) = false;
    } else {
        return option_error(error, "\"%s\" is neither yes nor no", text);
    }
    return 0;
}

static int
add_to_list(const struct option_row *row, void *out, const char *text,
            char error[OPTION_ERROR_MAX])
{
    struct option_list *list = field_of(row, out);

    if (list->count == OPTIONS_LIST_MAX)
        return option_error(error, "more than %d values", OPTIONS_LIST_MAX);
    list->value[list->count++] = text;
    return 0;
}

int
option_value_set(const struct option_row *row, void *out, const char *text,
                 char error[OPTION_ERROR_MAX])
{
    if (text[0] == '\0')
        return option_error(error, "the value is empty");
    switch (row->kind) {
    case OPTION_NUMBER:
        return set_number(row, out, text, error);
    case OPTION_CHOICE:
        return set_choice(row, out, text, error);
    case OPTION_FLAG:
    case OPTION_YESNO:
        return set_bool(row, out, text, error);
    case OPTION_LIST:
        return add_to_list(row, out, text, error);
    case OPTION_TEXT:
    case OPTION_SECRET:
        break;
    }
    *(const char **)field_of(row, out) = text;
    return 0;
}

int
option_value_set_list(const struct option_row *row, void *out, const char *text,
                      char error[OPTION_ERROR_MAX])
{
    struct option_list *list = field_of(row, out);
    char *rest, *word;
    int rc = 0;

    list->text = strdup(text);
    if (list->text == NULL)
        return option_error(error, "out of memory");
    rest = list->text;
    while (rc == 0 && (word = strsep(&rest, ",")) != NULL)
        rc = option_value_set(row, out, word, error);
    return rc;
}

int
option_value_set_secret(const struct option_row *row, void *out,
                        const char *text, char error[OPTION_ERROR_MAX])
{
    char **field = field_of(row, out);

    if (strlen(text) >= OPTIONS_SECRET_MAX) {
        return option_error(error, "longer than %d bytes",
                            OPTIONS_SECRET_MAX - 1);
    }
    *field = strdup(text);
    return *field != NULL ? 0 : option_error(error, "out of memory");
}

/* The whole file, at most cap bytes.  Returns the length, or -errno. */
static ssize_t
read_file(const char *path, char *buf, size_t cap, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;
    size_t len = 0;
    int rc = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, st) != 0)
        rc = -errno;
    while (rc == 0 && len < cap && (n = read(fd, buf + len, cap - len)) != 0) {
        if (n > 0) {
            len += (size_t)n;
        } else if (errno != EINTR) {
            rc = -errno;
        }
    }
    close(fd);
    return rc != 0 ? rc : (ssize_t)len;
}

/* Docker mounts its secrets readable for all, inside the container. */
static void
warn_of_mode(const char *path, mode_t mode)
{
    if ((mode & (S_IRWXG | S_IRWXO)) != 0 &&
        strncmp(path, "/run/secrets/", 13) != 0) {
        log_line(LOG_WARN,
                 "%s: others may use this secret (mode %04o);"
                 " chmod 600 it",
                 path, (unsigned)(mode & 07777));
    }
}

/* One line without its line end.  Returns its length, or -EINVAL. */
static ssize_t
take_line(char *buf, size_t len, const char *path, char error[OPTION_ERROR_MAX])
{
    if (len > OPTIONS_SECRET_MAX) {
        return option_error(error, "%s: longer than %d bytes", path,
                            OPTIONS_SECRET_MAX - 1);
    }
    if (len > 0 && buf[len - 1] == '\n')
        len--;
    if (len > 0 && buf[len - 1] == '\r')
        len--;
    if (len == 0)
        return option_error(error, "%s: the file is empty", path);
    if (len >= OPTIONS_SECRET_MAX) {
        return option_error(error, "%s: longer than %d bytes", path,
                            OPTIONS_SECRET_MAX - 1);
    }
    if (memchr(buf, '\n', len) != NULL)
        return option_error(error, "%s: more than one line", path);
    if (memchr(buf, '\0', len) != NULL)
        return option_error(error, "%s: a NUL byte in the secret", path);
    buf[len] = '\0';
    return (ssize_t)len;
}

int
option_value_read_secret(const struct option_row *row, void *out,
                         const char *path, char error[OPTION_ERROR_MAX])
{
    char buf[OPTIONS_SECRET_MAX + 2]; /* room for a line end */
    struct stat st = {0};
    ssize_t n = read_file(path, buf, sizeof buf, &st);
    int rc;

    if (n < 0)
        return option_error(error, "%s: %s", path, strerrordesc_np((int)-n));
    warn_of_mode(path, st.st_mode);
    rc = take_line(buf, (size_t)n, path, error) < 0 ? -EINVAL : 0;
    if (rc == 0)
        rc = option_value_set_secret(row, out, buf, error);
    explicit_bzero(buf, sizeof buf);
    return rc;
}

void
option_value_clear(const struct option_row *row, void *out)
{
    if (row->kind == OPTION_SECRET) {
        char **field = field_of(row, out);

        if (*field != NULL)
            explicit_bzero(*field, strlen(*field));
        free(*field);
        *field = NULL;
    } else if (row->kind == OPTION_LIST) {
        struct option_list *list = field_of(row, out);

        free(list->text);
        *list = (struct option_list){0};
    }
}
