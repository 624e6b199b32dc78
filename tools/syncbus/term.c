#include "tools/syncbus/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH  80 /* of a terminal that does not tell */
#define HEIGHT 24

/* NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment */

static bool
is_set(const char *name)
{
    const char *text = getenv(name);

    return text != NULL && text[0] != '\0';
}

static bool
is_dumb(void)
{
    const char *name = getenv("TERM");

    return name == NULL || name[0] == '\0' || strcmp(name, "dumb") == 0;
}

/* NOLINTEND(concurrency-mt-unsafe) */

struct term
term_look(int fd)
{
    struct term t = {.is_tty = isatty(fd) == 1};
    struct winsize size;

    if (!t.is_tty)
        return t;
    t.width = WIDTH;
    t.height = HEIGHT;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        size.ws_row > 0) {
        t.width = size.ws_col;
        t.height = size.ws_row;
    }
    t.is_tty = !is_dumb();
    t.hues = t.is_tty && !is_set("NO_COLOR");
    return t;
}

void
screen_open(struct screen *s)
{
    (void)fputs("\x1b[?25l", stdout);
    s->is_open = true;
    s->rows = 0;
}

void
screen_begin(struct screen *s, const struct term *t)
{
    bool resized =
        s->rows > 0 && (t->width != s->width || t->height != s->height);

    /* Nobody knows where lines went that were folded anew. */
    if (resized) {
        (void)fputs("\x1b[2J\x1b[H", stdout);
    } else if (s->rows > 0) {
        (void)printf("\x1b[%zuA\r", s->rows);
    }
    s->width = t->width;
    s->height = t->height;
    s->rows = 0;
}

void
screen_line(struct screen *s, const char *line)
{
    (void)fputs(line, stdout);
    (void)fputs("\x1b[K\n", stdout);
    s->rows++;
}

void
screen_end(struct screen *s)
{
    (void)s;
    (void)fputs("\x1b[J", stdout);
    (void)fflush(stdout);
}

void
screen_close(struct screen *s)
{
    if (!s->is_open)
        return;
    (void)fputs("\x1b[?25h", stdout);
    (void)fflush(stdout);
    s->is_open = false;
}
