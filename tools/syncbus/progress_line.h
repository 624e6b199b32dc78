/*
 * progress_line.h - one engine's bar on standard error, while a command waits
 * for its run; nothing where that is no terminal.
 */
#ifndef TOOLS_SYNCBUS_PROGRESS_LINE_H
#define TOOLS_SYNCBUS_PROGRESS_LINE_H

#include "services/bus-client/mirror.h"

/* Draw it, in place of the one before. */
void progress_line_draw(struct mirror *m, const char *engine);

/* Take it away, before something else is printed. */
void progress_line_clear(void);

#endif
