/*
 * stop.h - SIGINT and SIGTERM as a readable descriptor.
 *
 * stop_fd_open() is the first call of every main: libzmq and civetweb start
 * threads that inherit the signal mask, so it must be set before them.
 */
#ifndef SERVICES_RUNTIME_STOP_H
#define SERVICES_RUNTIME_STOP_H

#include <stdbool.h>

/*
 * Block SIGINT and SIGTERM (and ignore SIGPIPE) in every thread to come.
 * Returns a descriptor for the poll set, which the caller closes; or -errno.
 */
int stop_fd_open(void);

/* Consume what is pending; true when a stop was asked for.  Never blocks. */
bool stop_requested(int fd);

#endif
