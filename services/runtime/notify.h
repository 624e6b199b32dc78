/*
 * notify.h - tell a service manager how we are (sd_notify(3)'s protocol),
 * without linking anything for it.  No NOTIFY_SOCKET: nothing happens.
 */
#ifndef SERVICES_RUNTIME_NOTIFY_H
#define SERVICES_RUNTIME_NOTIFY_H

/*
 * Print "ready: <text>" on standard error (as it is; a log line when the log
 * is JSON) and send READY=1.  text names the addresses actually bound.
 */
void notify_ready(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Send STOPPING=1. */
void notify_stopping(void);

#endif
