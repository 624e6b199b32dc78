#include "tools/syncbus/progress_line.h"

#include "services/runtime/clock.h"
#include "tools/syncbus/bar.h"
#include "tools/syncbus/term.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
progress_line_draw(struct mirror *m, const char *engine)
{
    struct term term = term_look(STDERR_FILENO);
    struct bar_frame frame = {.width = term.width,
                              .id_width = strlen(engine),
                              .wall_ms = clock_wall_ms(),
                              .hues = term.hues};
    const struct copy_engine *found;
    char line[BAR_LINE_MAX] = "";
    struct copy_engine e;

    if (!term.is_tty)
        return;
    found = copy_find(mirror_lock(m), engine);
    if (found != NULL)
        e = *found;
    mirror_unlock(m);
    if (found != NULL)
        bar_line(line, &e, &frame);
    (void)fprintf(stderr, "\r%s\x1b[K", line);
}

void
progress_line_clear(void)
{
    if (term_look(STDERR_FILENO).is_tty)
        (void)fputs("\r\x1b[K", stderr);
}
