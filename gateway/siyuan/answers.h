/*
 * answers.h - finished getSyncInfo answers, made of the mirror's copy.
 *
 * Request threads: answers_take(), send, answers_drop().  An answer is
 * rendered by the first reader after a change and shared until the next;
 * nobody holds the mirror's lock while anything is sent.
 *
 * Threads: any.
 */
#ifndef GATEWAY_SIYUAN_ANSWERS_H
#define GATEWAY_SIYUAN_ANSWERS_H

#include "gateway/siyuan/slots.h"
#include "proto/code.h"
#include "services/bus-client/mirror.h"

#include <stdbool.h>

struct answers;
struct answer;

struct answers_options {
    struct mirror *mirror; /* outlives the answers */
    const char *engine; /* described when a request names none; or NULL; kept */
    enum lang lang;
};

/* Returns 0 and *out, which goes to answers_free(); or -errno. */
int answers_new(struct answers **out, const struct answers_options *opt);
/* Every answer must have been dropped.  NULL is fine. */
void answers_free(struct answers *a);

/*
 * The getSyncInfo answer about the engine of that id; NULL or "" for the
 * default one.  Returns a reference for answers_drop(), or NULL when out of
 * memory.
 */
struct answer *answers_take(struct answers *a, const char *engine);
void answers_drop(struct answers *a, struct answer *answer);

/*
 * The id of the engine that a request means, as above.  Returns 0 and fills
 * id; -ENOENT: it is not known; -ENODEV: none is known yet; -ENODATA: nothing
 * was heard from the aggregator yet; -ENOTCONN: it is away.
 */
int answers_find(struct answers *a, const char *engine, char id[TOPIC_ID_MAX]);

/* A rendered answer, for slots_format() and slots_fill(). */
const char *answer_text(const struct answer *answer, size_t *len);
const struct slots *answer_slots(const struct answer *answer);

/* NULL when there is a fresh copy; else why not, one line. */
const char *answers_why_not_ready(struct answers *a);

#endif
