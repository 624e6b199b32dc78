/*
 * log.h - one line per event on standard error, text or JSON.
 *
 * Who logs: the first function that can name the thing.  Never a secret.
 * Threads: any; a line is one write(2).
 */
#ifndef SERVICES_RUNTIME_LOG_H
#define SERVICES_RUNTIME_LOG_H

#include <stdbool.h>

enum log_level {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG,
};

/* program is kept, not copied.  Until called: LOG_INFO, text. */
void log_init(const char *program, enum log_level level, bool json);

/* "error" "warn" "info" "debug".  Returns 0, or -EINVAL. */
int log_level_parse(enum log_level *out, const char *word);

bool log_enabled(enum log_level level);

/*
 * Write one line.  Line feeds, other control characters and bytes that are
 * not UTF-8 are escaped; a text over 2000 bytes is cut with an ellipsis.
 * errno is left alone.
 */
void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Write text at any level: as it stands, or as an "info" record when the log
 * is JSON.  For the one line that scripts wait for.
 */
void log_notice(const char *text);

/*
 * True at most once per interval_ms for one *last_ms (0 at first): for
 * messages that a stranger can trigger.  now_ms is monotonic.
 */
bool log_allowed(unsigned long long *last_ms, unsigned long long now_ms,
                 unsigned interval_ms);

#endif
