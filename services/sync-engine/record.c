#include "services/sync-engine/record.h"

#include "proto/wire.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DIRECTION "upload"
#define TEXT_MAX  1024

void
record_run(struct state_last *out, const struct run_result *result,
           uint64_t run, uint64_t duration_ms)
{
    *out = (struct state_last){
        .run = run,
        .ok = result->fault.code == CODE_OK,
        .at_ms = clock_wall_ms(),
        .duration_ms = duration_ms,
        .direction = DIRECTION,
        .sent = result->sent,
    };
    (void)snprintf(out->code, sizeof out->code, "%s",
                   code_info(result->fault.code)->token);
    wire_text_copy(out->why, sizeof out->why, result->fault.cause);
}

void
record_interrupted(struct state_last *out, const struct journal *journal,
                   uint64_t run)
{
    char why[STATE_WHY_MAX];

    (void)snprintf(why, sizeof why, "ended without finishing, %s%s",
                   journal->step[0] == '\0' ? "before its first step"
                                            : "after the step ",
                   journal->step);
    *out = (struct state_last){
        .run = journal->run == 0 ? run : journal->run,
        .at_ms = clock_wall_ms(),
        .direction = DIRECTION,
    };
    (void)snprintf(out->code, sizeof out->code, "%s",
                   code_info(CODE_INTERRUPTED)->token);
    wire_text_copy(out->why, sizeof out->why, why);
}

static void
describe(char *out, size_t cap, const struct state_last *last,
         const struct run_result *result)
{
    const struct code_info *info = code_info(result->fault.code);
    unsigned long long run = last->run;
    unsigned long long s = last->duration_ms / 1000;
    unsigned long long ms = last->duration_ms % 1000;

    if (!last->ok) {
        (void)snprintf(out, cap, "run %llu failed: %s: %s. %s (%s)", run,
                       info->token, info->text[LANG_EN], info->remedy[LANG_EN],
                       last->why);
    } else if (!result->changed) {
        (void)snprintf(out, cap,
                       "run %llu ok: nothing to upload, %llu.%03llu s", run, s,
                       ms);
    } else {
        (void)snprintf(out, cap,
                       "run %llu ok: uploaded %llu files, %llu chunks, "
                       "%llu bytes, %llu.%03llu s",
                       run, (unsigned long long)last->sent.files,
                       (unsigned long long)last->sent.chunks,
                       (unsigned long long)last->sent.bytes, s, ms);
    }
}

void
record_log(const struct state_last *last, const struct run_result *result)
{
    char line[TEXT_MAX];

    describe(line, sizeof line, last, result);
    log_line(last->ok                               ? LOG_INFO
             : result->fault.code == CODE_CANCELLED ? LOG_WARN
                                                    : LOG_ERROR,
             "%s", line);
}

int
record_print(const struct state_last *last, const struct run_result *result)
{
    char line[TEXT_MAX];

    describe(line, sizeof line, last, result);
    if (printf("%s\n", line) < 0 || fflush(stdout) != 0)
        return -errno;
    return 0;
}
