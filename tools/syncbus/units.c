#include "tools/syncbus/units.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

#define SECOND 1000ULL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static unsigned long long
big(uint64_t value)
{
    return value;
}

void
units_bytes(char out[UNITS_MAX], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    size_t i = 0;

    if (bytes < 1024) {
        (void)snprintf(out, UNITS_MAX, "%llu B", big(bytes));
        return;
    }
    /* 1023.95 would be printed as 1024.0. */
    for (value /= 1024; value >= 1023.95 && i < 4; i++)
        value /= 1024;
    (void)snprintf(out, UNITS_MAX, "%.1f %s", value, units[i]);
}

void
units_span(char out[UNITS_MAX], uint64_t ms)
{
    if (ms < SECOND) {
        (void)snprintf(out, UNITS_MAX, "%llu ms", big(ms));
    } else if (ms < MINUTE) {
        (void)snprintf(out, UNITS_MAX, "%llu s", big(ms / SECOND));
    } else if (ms < HOUR) {
        (void)snprintf(out, UNITS_MAX, "%llu min %llu s", big(ms / MINUTE),
                       big(ms % MINUTE / SECOND));
    } else if (ms < DAY) {
        (void)snprintf(out, UNITS_MAX, "%llu h %llu min", big(ms / HOUR),
                       big(ms % HOUR / MINUTE));
    } else {
        (void)snprintf(out, UNITS_MAX, "%llu d", big(ms / DAY));
    }
}

/* One unit: "3 s", "5 min", "2 h", "4 d". */
static void
write_coarse(char out[UNITS_MAX], uint64_t ms)
{
    if (ms < MINUTE) {
        (void)snprintf(out, UNITS_MAX, "%llu s", big(ms / SECOND));
    } else if (ms < HOUR) {
        (void)snprintf(out, UNITS_MAX, "%llu min", big(ms / MINUTE));
    } else if (ms < 2 * DAY) {
        (void)snprintf(out, UNITS_MAX, "%llu h", big(ms / HOUR));
    } else {
        (void)snprintf(out, UNITS_MAX, "%llu d", big(ms / DAY));
    }
}

void
units_distance(char out[UNITS_MAX], uint64_t at_ms, uint64_t now_ms)
{
    uint64_t ms = at_ms > now_ms ? at_ms - now_ms : now_ms - at_ms;
    char span[UNITS_MAX];

    if (at_ms == 0) {
        (void)snprintf(out, UNITS_MAX, "never");
        return;
    }
    if (ms < SECOND) {
        (void)snprintf(out, UNITS_MAX, "now");
        return;
    }
    write_coarse(span, ms);
    (void)snprintf(out, UNITS_MAX, at_ms > now_ms ? "in %.30s" : "%.30s ago",
                   span);
}

void
units_moment(char out[UNITS_MAX], uint64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / SECOND);
    struct tm tm;

    if (at_ms == 0 || localtime_r(&seconds, &tm) == NULL ||
        strftime(out, UNITS_MAX, "%Y-%m-%dT%H:%M:%S%z", &tm) == 0)
        (void)snprintf(out, UNITS_MAX, "-");
}
