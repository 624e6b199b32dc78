/*
 * intake.h - messages of the feed, decoded and put into the copy.  Knows no
 * socket: the feed thread reads frames and passes them on.
 *
 * Everything is decoded before the lock is taken.  A message that makes no
 * sense is counted and dropped: the hub checks what engines send, so it means
 * another version or another program.
 *
 * Threads: one.
 */
#ifndef SERVICES_BUS_CLIENT_INTAKE_H
#define SERVICES_BUS_CLIENT_INTAKE_H

#include "proto/beat.h"
#include "proto/state.h"
#include "proto/topic.h"
#include "proto/verdict.h"
#include "services/bus-client/follower.h"
#include "services/bus-client/mirror.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTAKE_ROW_FRAMES 3 /* topic, state, verdict */

struct intake_frame {
    const void *data;
    size_t len;
};

/* The moment a message came, and a number nobody can guess. */
struct intake_now {
    uint64_t boot_ms, wall_ms;
    uint32_t random_value;
};

struct intake {
    struct mirror *mirror;
    struct follower *follower;
    const char *name;            /* of the feed, for the log; kept */
    char nonce_topic[TOPIC_MAX]; /* the snapshot that is wanted; "" at first */
    uint64_t parts_seen;         /* of that snapshot */
    uint64_t refused;            /* messages that made no sense */
    /* The engine being decoded. */
    char id[TOPIC_ID_MAX];
    struct state state;
    struct verdict verdict;
    /* When these were logged last. */
    unsigned long long refused_at_ms, full_at_ms, gap_at_ms;
};

/* A snapshot is wanted under this topic, no other any more. */
void intake_expect(struct intake *in, const char *nonce_topic);

/* A beat: its second frame. */
void intake_beat(struct intake *in, const struct intake_frame *frame,
                 const struct intake_now *now);

/* A live state. */
void intake_state(struct intake *in,
                  const struct intake_frame frames[INTAKE_ROW_FRAMES],
                  const struct intake_now *now);

/*
 * A part of a snapshot: its first two frames.  Returns whether its rows are
 * wanted: then pass each to intake_row(), and after the last of them call
 * intake_end_part() with the head that was filled.
 */
bool intake_begin_part(struct intake *in, const struct intake_frame frames[2],
                       struct beat *head, const struct intake_now *now);
void intake_row(struct intake *in,
                const struct intake_frame frames[INTAKE_ROW_FRAMES],
                const struct intake_now *now);
void intake_end_part(struct intake *in, const struct beat *head,
                     const struct intake_now *now);

/* Something that is none of these. */
void intake_refuse(struct intake *in, const char *what,
                   const struct intake_now *now);

#endif
