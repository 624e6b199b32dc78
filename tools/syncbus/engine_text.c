#include "tools/syncbus/engine_text.h"

#include "tools/syncbus/text.h"
#include "tools/syncbus/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DUE_MS 1000

static void append(char text[ENGINE_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append(char text[ENGINE_TEXT_MAX], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, ENGINE_TEXT_MAX - used, format, args);
    va_end(args);
}

void
engine_text_state(char out[ENGINE_TEXT_MAX], const struct copy_engine *e)
{
    out[0] = '\0';
    append(out, "%s%s", copy_shown_token(e->shown),
           e->verdict.live == VERDICT_DUP ? ", duplicate" : "");
}

void
engine_text_phase(char out[ENGINE_TEXT_MAX], const struct copy_engine *e)
{
    const struct state *s = &e->state;
    char current[UNITS_MAX], total[UNITS_MAX];

    out[0] = '\0';
    if (!copy_is_syncing(e->shown))
        return;
    text_safe(out, ENGINE_TEXT_MAX, s->phase);
    for (char *p = out; *p != '\0'; p++) {
        if (*p == '-')
            *p = ' ';
    }
    if ((s->has & STATE_HAS_ITEMS) != 0 && s->items.total > 0) {
        append(out, " %llu/%llu", (unsigned long long)s->items.current,
               (unsigned long long)s->items.total);
    } else if ((s->has & STATE_HAS_BYTES) != 0 && s->bytes.total > 0) {
        units_bytes(current, s->bytes.current);
        units_bytes(total, s->bytes.total);
        append(out, " %s/%s", current, total);
    }
}

void
engine_text_progress(char out[ENGINE_TEXT_MAX], const struct copy_engine *e)
{
    char phase[ENGINE_TEXT_MAX];

    out[0] = '\0';
    if (!copy_is_syncing(e->shown))
        return;
    engine_text_phase(phase, e);
    if ((e->state.has & STATE_HAS_PERMILLE) != 0) {
        append(out, "%llu%%%s", (unsigned long long)e->permille / 10,
               phase[0] != '\0' ? " " : "");
    }
    append(out, "%s", phase);
}

void
engine_text_next(char out[ENGINE_TEXT_MAX], const struct copy_engine *e,
                 uint64_t wall_ms)
{
    const struct state *s = &e->state;
    char distance[UNITS_MAX];

    out[0] = '\0';
    if ((s->has & STATE_HAS_NEXT) == 0 || s->next_at_ms == 0 ||
        e->shown == COPY_OFFLINE || copy_is_syncing(e->shown)) {
        append(out, "-");
    } else if (s->next_at_ms < wall_ms + DUE_MS) {
        append(out, "due");
    } else {
        units_distance(distance, s->next_at_ms, wall_ms);
        append(out, "%s", distance);
    }
}

static const struct code_info *
error_of(const struct state_last *run)
{
    return code_info(run->code[0] != '\0' ? code_find(run->code)
                                          : CODE_INTERNAL);
}

const struct code_info *
engine_text_error(const struct copy_engine *e)
{
    if ((e->state.has & STATE_HAS_LAST) == 0 || e->state.last.ok)
        return NULL;
    return error_of(&e->state.last);
}

/* Code, text, the store's own words, remedy. */
static void
append_error(char out[ENGINE_TEXT_MAX], const struct state_last *run)
{
    const struct code_info *info = error_of(run);
    char code[4 * CODE_TOKEN_MAX], why[4 * STATE_WHY_MAX];

    text_safe(code, sizeof code,
              run->code[0] != '\0' ? run->code : info->token);
    text_safe(why, sizeof why, run->why);
    append(out, "%s: %s", code, info->text[LANG_EN]);
    if (why[0] != '\0')
        append(out, " (%s)", why);
    append(out, ". %s", info->remedy[LANG_EN]);
}

void
engine_text_remedy(char out[ENGINE_TEXT_MAX], const struct copy_engine *e)
{
    out[0] = '\0';
    if (engine_text_error(e) != NULL)
        append_error(out, &e->state.last);
}

static void
append_traffic(char out[ENGINE_TEXT_MAX], const char *verb,
               const struct state_traffic *t)
{
    char bytes[UNITS_MAX];

    if (t->files == 0 && t->chunks == 0 && t->bytes == 0)
        return;
    units_bytes(bytes, t->bytes);
    append(out, ", %s %llu %s (%s)", verb, (unsigned long long)t->files,
           t->files == 1 ? "file" : "files", bytes);
}

void
engine_text_run(char out[ENGINE_TEXT_MAX], const struct state_last *run)
{
    char span[UNITS_MAX];

    out[0] = '\0';
    if (!run->ok) {
        append(out, "failed, ");
        append_error(out, run);
        return;
    }
    append(out, "ok");
    append_traffic(out, "sent", &run->sent);
    append_traffic(out, "received", &run->received);
    if (run->conflicts > 0) {
        append(out, ", %llu %s", (unsigned long long)run->conflicts,
               run->conflicts == 1 ? "conflict" : "conflicts");
    }
    units_span(span, run->duration_ms);
    append(out, ", took %s", span);
}
