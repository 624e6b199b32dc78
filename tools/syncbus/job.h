/*
 * job.h - Ctrl-Z and fg, for a command that draws on the terminal: the shell
 * gets its cursor back, and what is drawn next starts anew.
 */
#ifndef TOOLS_SYNCBUS_JOB_H
#define TOOLS_SYNCBUS_JOB_H

#include "tools/syncbus/term.h"

/*
 * Block SIGTSTP and SIGCONT in every thread to come.  Returns a descriptor
 * for job_look(), which the caller closes; or -errno.
 */
int job_open(void);

/*
 * Act on what came since the last look: on SIGTSTP stop this process until it
 * is continued.  s may be closed; never blocks otherwise.  True when the
 * screen has to be drawn again.
 */
bool job_look(int fd, struct screen *s);

#endif
