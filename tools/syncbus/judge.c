#include "tools/syncbus/judge.h"

#include "tools/syncbus/units.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FREE_WARN (1ULL << 30)
#define FREE_FAIL (64ULL << 20)

void
judge_clear(struct judge *j)
{
    free(j->checks);
    *j = (struct judge){.count = 0};
}

enum judge_level
judge_worst(const struct judge *j)
{
    enum judge_level worst = j->is_short ? JUDGE_FAIL : JUDGE_OK;

    for (size_t i = 0; i < j->count; i++) {
        if (j->checks[i].level > worst)
            worst = j->checks[i].level;
    }
    return worst;
}

size_t
judge_count(const struct judge *j, enum judge_level level)
{
    size_t count = 0;

    for (size_t i = 0; i < j->count; i++)
        count += j->checks[i].level == level;
    return count;
}

const char *
judge_token(enum judge_level level)
{
    static const char *const tokens[JUDGE_LEVEL_COUNT] = {"ok", "warn", "fail"};

    return tokens[level];
}

static struct judge_check *
grow(struct judge *j)
{
    if (j->count == j->cap) {
        size_t cap = j->cap > 0 ? 2 * j->cap : 16;
        struct judge_check *checks = realloc(j->checks, cap * sizeof *checks);

        if (checks == NULL) {
            j->is_short = true;
            return NULL;
        }
        j->checks = checks;
        j->cap = cap;
    }
    return &j->checks[j->count++];
}

void
judge_add(struct judge *j, const struct judge_note *note, const char *format,
          ...)
{
    struct judge_check *c = grow(j);
    va_list args;

    if (c == NULL)
        return;
    *c = (struct judge_check){.level = note->level};
    (void)snprintf(c->name, sizeof c->name, "%s", note->name);
    (void)snprintf(c->subject, sizeof c->subject, "%s",
                   note->subject != NULL ? note->subject : "");
    (void)snprintf(
        c->remedy, sizeof c->remedy, "%s",
        note->level != JUDGE_OK && note->remedy != NULL ? note->remedy : "");
    va_start(args, format);
    (void)vsnprintf(c->text, sizeof c->text, format, args);
    va_end(args);
}

/* ---- this machine ---- */

static void
judge_space(struct judge *j, const struct judge_folder *f)
{
    struct judge_note note = {.name = f->name,
                              .remedy = "Make room on that file system."};
    char bytes[UNITS_MAX];

    if (f->free_bytes < FREE_WARN)
        note.level = f->free_bytes < FREE_FAIL ? JUDGE_FAIL : JUDGE_WARN;
    units_bytes(bytes, f->free_bytes);
    judge_add(j, &note, "%s: %s free", f->path, bytes);
}

void
judge_folder(struct judge *j, const struct judge_folder *f)
{
    struct judge_note note = {.name = f->name, .level = JUDGE_FAIL};

    if (f->error != 0) {
        note.remedy = f->error == ENOENT
                          ? "Is the name right, is the disk mounted?"
                          : "See who owns it and its parents.";
        judge_add(j, &note, "%s: %s", f->path, strerrordesc_np(f->error));
        return;
    }
    if (!f->is_folder) {
        note.remedy = "Name the folder.";
        judge_add(j, &note, "%s is no folder", f->path);
        return;
    }
    if (!f->is_writable) {
        note.remedy = "Run this as the engine's user; if it is so even then,"
                      " change the folder's owner or mode.";
        judge_add(j, &note, "%s cannot be written to", f->path);
        return;
    }
    if (f->wants_private && !f->is_private) {
        note.level = JUDGE_WARN;
        note.remedy = "chmod 700 it.";
        judge_add(j, &note, "%s: others may look into it", f->path);
    }
    judge_space(j, f);
}
