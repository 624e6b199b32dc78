#include "services/runtime/mdoc.h"

#include <stdbool.h>
#include <string.h>

#define WIDTH 78

/* A word as text: nothing in it is a request or an escape. */
static void
put_word(FILE *to, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '\\') {
            (void)fputs("\\e", to);
        } else if (word[i] == '-' && (i == 0 || word[i - 1] == '-')) {
            (void)fputs("\\-", to); /* of an option, not a hyphen */
        } else {
            (void)fputc(word[i], to);
        }
    }
}

static bool
ends_sentence(const char *word, size_t len)
{
    while (len > 0 && word[len - 1] == ')')
        len--;
    return len > 0 && strchr(".!?", word[len - 1]) != NULL;
}

/* A line may start with neither a request nor an abbreviation of one. */
static void
begin_line(FILE *to, const char *word)
{
    if (word[0] == '.' || word[0] == '\'')
        (void)fputs("\\&", to);
}

/* One paragraph of len bytes. */
static void
put_paragraph(FILE *to, const char *text, size_t len)
{
    size_t column = 0;

    while (len > 0) {
        size_t skip = strspn(text, " "), n;

        skip = skip < len ? skip : len;
        text += skip;
        len -= skip;
        n = strcspn(text, " ");
        n = n < len ? n : len;
        if (n == 0)
            break;
        if (column > 0 && column + 1 + n > WIDTH) {
            (void)fputc('\n', to);
            column = 0;
        }
        if (column > 0) {
            (void)fputc(' ', to);
        } else {
            begin_line(to, text);
        }
        put_word(to, text, n);
        column += n + 1;
        if (ends_sentence(text, n) && n < len) {
            (void)fputc('\n', to);
            column = 0;
        }
        text += n;
        len -= n;
    }
    (void)fputc('\n', to);
}

void
mdoc_text(FILE *to, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        put_paragraph(to, text, len);
        text += len;
        if (*text == '\n') {
            (void)fputs(".Pp\n", to);
            text++;
        }
    }
}

void
mdoc_quoted(FILE *to, const char *text)
{
    (void)fputc('"', to);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') {
            (void)fputs("\\(dq", to);
        } else if (*p == '\\') {
            (void)fputs("\\e", to);
        } else if (*p == '-') {
            (void)fputs("\\-", to);
        } else {
            (void)fputc(*p, to);
        }
    }
    (void)fputc('"', to);
}

void
mdoc_dashed(FILE *to, const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        (void)fputs(*p == '-' ? "\\-" : (char[2]){*p, '\0'}, to);
}
