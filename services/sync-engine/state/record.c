#include "services/sync-engine/state/record.h"

#include "proto/wire.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 1024

static void
set_direction(struct state_last *out, const char *direction)
{
    (void)snprintf(out->direction, sizeof out->direction, "%s", direction);
}

void
record_run(struct state_last *out, const struct run_result *result,
           enum run_direction direction, uint64_t duration_ms)
{
    *out = (struct state_last){
        .ok = result->fault.code == CODE_OK,
        .at_ms = clock_wall_ms(),
        .duration_ms = duration_ms,
        .sent = result->sent,
        .received = result->received,
        .upserts = result->upserts,
        .removes = result->removes,
        .conflicts = result->conflicts,
    };
    set_direction(out, run_direction_name(direction));
    (void)snprintf(out->code, sizeof out->code, "%s",
                   code_info(result->fault.code)->token);
    wire_text_copy(out->why, sizeof out->why, result->fault.cause);
}

bool
record_is_called_off(const struct run_result *result)
{
    return result->fault.code == CODE_CANCELLED ||
           result->fault.code == CODE_INTERRUPTED;
}

void
record_interrupted(struct state_last *out, const struct journal *journal,
                   enum run_direction direction)
{
    char why[STATE_WHY_MAX];

    (void)snprintf(why, sizeof why, "ended without finishing, %s%s",
                   journal->step[0] == '\0' ? "before its first step"
                                            : "after the step ",
                   journal->step);
    *out = (struct state_last){
        .run = journal->run,
        .at_ms = clock_wall_ms(),
    };
    set_direction(out, journal->direction[0] != '\0'
                           ? journal->direction
                           : run_direction_name(direction));
    (void)snprintf(out->code, sizeof out->code, "%s",
                   code_info(CODE_INTERRUPTED)->token);
    wire_text_copy(out->why, sizeof out->why, why);
}

static void
describe_failure(char *out, size_t cap, const struct state_last *last,
                 const struct run_result *result)
{
    const struct code_info *info = code_info(result->fault.code);

    (void)snprintf(out, cap, "run %llu failed: %s: %s. %s (%s)",
                   (unsigned long long)last->run, info->token,
                   info->text[LANG_EN], info->remedy[LANG_EN], last->why);
}

/* Append to the line of cap bytes that ends at *used. */
static void append(char *out, size_t cap, size_t *used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
append(char *out, size_t cap, size_t *used, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(out + *used, cap - *used, format, args);
    va_end(args);
    if (n > 0)
        *used += (size_t)n < cap - *used ? (size_t)n : cap - *used - 1;
}

static void
append_traffic(char *out, size_t cap, size_t *used,
               const struct state_traffic *t)
{
    append(out, cap, used, "%llu files, %llu chunks, %llu bytes",
           (unsigned long long)t->files, (unsigned long long)t->chunks,
           (unsigned long long)t->bytes);
}

static void
describe(char *out, size_t cap, const struct state_last *last,
         const struct run_result *result)
{
    bool sent = result->changed || last->sent.files + last->sent.chunks > 0;
    bool uploads = strcmp(last->direction, "upload") == 0;
    bool received = last->received.files + last->received.chunks > 0;
    bool here = last->upserts + last->removes + last->conflicts > 0;
    size_t used = 0;

    append(out, cap, &used, "run %llu ok: ", (unsigned long long)last->run);
    if (sent) {
        append(out, cap, &used, "uploaded ");
        append_traffic(out, cap, &used, &last->sent);
    } else if (!received && !here) {
        append(out, cap, &used,
               uploads ? "nothing to upload" : "nothing to do");
    }
    if (received) {
        append(out, cap, &used, "%sdownloaded ", sent ? "; " : "");
        append_traffic(out, cap, &used, &last->received);
    }
    if (received || here) {
        append(out, cap, &used,
               "%s%llu written here, %llu removed, %llu conflicts",
               sent || received ? "; " : "", (unsigned long long)last->upserts,
               (unsigned long long)last->removes,
               (unsigned long long)last->conflicts);
    }
    append(out, cap, &used, ", %llu.%03llu s",
           (unsigned long long)(last->duration_ms / 1000),
           (unsigned long long)(last->duration_ms % 1000));
}

/* One line, whatever it came to. */
static void
render(char *out, size_t cap, const struct state_last *last,
       const struct run_result *result)
{
    if (last->ok) {
        describe(out, cap, last, result);
    } else {
        describe_failure(out, cap, last, result);
    }
}

void
record_log(const struct state_last *last, const struct run_result *result)
{
    char line[TEXT_MAX];

    render(line, sizeof line, last, result);
    log_line(last->ok                       ? LOG_INFO
             : record_is_called_off(result) ? LOG_WARN
                                            : LOG_ERROR,
             "%s", line);
}

int
record_print(const struct state_last *last, const struct run_result *result)
{
    char line[TEXT_MAX];

    render(line, sizeof line, last, result);
    if (printf("%s\n", line) < 0 || fflush(stdout) != 0) {
        int rc = -errno;

        log_line(LOG_ERROR, "cannot say it on standard output: %s",
                 strerrordesc_np(-rc));
        return rc;
    }
    return 0;
}
