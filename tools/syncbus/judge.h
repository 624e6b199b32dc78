/*
 * judge.h - what `doctor` thinks of what it saw: ok, warning or failure, and
 * what to do.  Pure.
 */
#ifndef TOOLS_SYNCBUS_JUDGE_H
#define TOOLS_SYNCBUS_JUDGE_H

#include "proto/reply_code.h"
#include "tools/syncbus/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JUDGE_TEXT_MAX 1024
#define JUDGE_NAME_MAX 32

enum judge_level {
    JUDGE_OK,
    JUDGE_WARN,
    JUDGE_FAIL,
    JUDGE_LEVEL_COUNT,
};

/* One line of the doctor.  Texts are as they came: print them escaped. */
struct judge_check {
    enum judge_level level;
    char name[JUDGE_NAME_MAX];  /* "bus", "clock", ... */
    char subject[TOPIC_ID_MAX]; /* the engine; "" */
    char text[JUDGE_TEXT_MAX];
    char remedy[JUDGE_TEXT_MAX]; /* "" when there is nothing to do */
};

struct judge {
    struct judge_check *checks;
    size_t count, cap;
    bool is_short; /* of memory: checks are missing */
};

void judge_clear(struct judge *j);

/* The worst of all; JUDGE_FAIL when some are missing. */
enum judge_level judge_worst(const struct judge *j);
size_t judge_count(const struct judge *j, enum judge_level level);

/* "ok", "warn", "fail" */
const char *judge_token(enum judge_level level);

struct judge_note {
    enum judge_level level;
    const char *name, *subject, *remedy; /* subject, remedy: or NULL */
};

/* Add one check. */
void judge_add(struct judge *j, const struct judge_note *note,
               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What was seen of the hub. */
struct judge_hub {
    const char *feed, *control;           /* addresses */
    const char *feed_hint, *control_hint; /* remedies when they are silent */
    bool has_snapshot;
    uint64_t snapshot_ms; /* until it came */
    uint64_t beats, longest_ms, watched_ms;
    uint64_t minor;         /* of the schema it speaks */
    bool has_control;       /* asked */
    enum reply_code answer; /* what a command to nobody was answered */
};

void judge_hub(struct judge *j, const struct judge_hub *hub);

/* What the hub refused, and what was lost on the way. */
void judge_messages(struct judge *j, const struct roster *r);

/* State, last run, age of the last success, clock, version, twins. */
void judge_engine(struct judge *j, const struct copy_engine *e,
                  const struct roster *r);

/* What an engine answered to a command. */
void judge_answer(struct judge *j, const char *engine, enum reply_code code);

/* A folder in which something is going to be written. */
struct judge_folder {
    const char *name, *path; /* "state" */
    int error;               /* errno of looking at it; 0 */
    bool is_folder, is_writable, is_private, wants_private;
    uint64_t free_bytes;
};

void judge_folder(struct judge *j, const struct judge_folder *f);

#endif
