/*
 * push.h - SiYuan's messages about a run: "syncing" 0 when it starts, status
 * bar texts on its way, exactly one "syncing" 1 or 2 when it ends.
 *
 * They are made from what was told so far and how the engine looks now, so
 * that whatever was missed in between, the order stays right: a run that came
 * and went unseen is still told to start and to end.  Status bar texts come as
 * often as SiYuan's own: at the same steps of the same counts.
 *
 * Pure.  Time is an argument.
 */
#ifndef GATEWAY_STREAM_PUSH_H
#define GATEWAY_STREAM_PUSH_H

#include "proto/code.h"
#include "services/bus-client/copy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUSH_GONE_MS   10000 /* offline in a run for longer: it failed */
#define PUSH_TEXT_MAX  16384 /* bytes of one message */
#define PUSH_BATCH_MAX 65536 /* enough for all messages of one step */

struct push_told {
    bool is_known;              /* anything at all */
    bool is_open;               /* a start was told, and no end yet */
    bool is_cut;                /* its end was told, but we did not see it */
    uint64_t run;               /* the last one whose start was told */
    uint64_t last_run, last_at; /* the finished run that was seen last */
    char phase[PHASE_TOKEN_MAX];
    uint64_t step;       /* of its count, as the status bar shows it */
    uint64_t gone_at_ms; /* offline since, in a run; 0: no */
};

/* What it takes to write a message. */
struct push_scene {
    const struct copy_engine *engine;
    uint64_t boot_ms, wall_ms;
    enum lang lang;
};

/*
 * Where messages go: add is called once for each, with one JSON object of at
 * most PUSH_TEXT_MAX bytes.
 */
struct push_sink {
    void (*add)(void *self, const char *json, size_t len);
    void *self;
};

/*
 * The messages that lead from what was told to now.  Call it after each change
 * and, while told->gone_at_ms is not 0, every second.
 */
void push_step(struct push_told *told, const struct push_scene *scene,
               const struct push_sink *sink);

/* For one who comes to what was told already: the start of an open run. */
void push_join(const struct push_told *told, const struct push_scene *scene,
               const struct push_sink *sink);

/* Is everything that matters for later the same? */
bool push_told_is_same(const struct push_told *a, const struct push_told *b);

/* One message in SiYuan's long form; what does not fit is cut from msg. */
struct push_message {
    const char *cmd;
    uint64_t request; /* reqId */
    int code;
    const char *msg;
};
size_t push_format(char *out, size_t cap, const struct push_message *m);

#endif
