/*
 * topic.h - frame 0 of every message: "sb1/<kind>/<id>/".
 *
 * ASCII, ends in '/', because subscriptions match by prefix: "sb1/s/nas1"
 * would also match nas10.  Pure functions.
 */
#ifndef PROTO_TOPIC_H
#define PROTO_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#define TOPIC_MAX       129 /* bytes, including the terminating NUL */
#define TOPIC_ID_MAX    65  /* engine and hub ids, including the NUL */
#define TOPIC_NONCE_MIN 16  /* hex digits */
#define TOPIC_NONCE_MAX 32

#define TOPIC_STATES    "sb1/s/" /* subscription to every engine */
#define TOPIC_BEATS     "sb1/h/"
#define TOPIC_SNAPSHOTS "sb1/z/"

enum topic_kind {
    TOPIC_STATE,    /* s: one engine's state */
    TOPIC_BEAT,     /* h: the hub's beat */
    TOPIC_SNAPSHOT, /* z: the answer to one subscriber */
};

struct topic {
    enum topic_kind kind;
    char id[TOPIC_ID_MAX];           /* engine or hub id; "" for snapshots */
    char nonce[TOPIC_NONCE_MAX + 1]; /* snapshots only */
    char filter[TOPIC_MAX];          /* snapshots only: topic prefix, or "" */
};

/* [a-z0-9][a-z0-9._-]{0,63} */
bool topic_is_id(const char *id);

/*
 * Make an id of any text (a host name): lower case, other bytes become '-',
 * leading ones that may not start an id are dropped.  "" becomes "engine".
 */
void topic_make_id(char out[TOPIC_ID_MAX], const char *text);

/*
 * Write the topic of kind for id (a valid id) to out.  Returns its length.
 */
int topic_format(char out[TOPIC_MAX], enum topic_kind kind, const char *id);

/*
 * Write a snapshot topic for nonce (16 to 32 hex digits) and filter ("" or a
 * prefix of a state topic).  Returns its length, or -EINVAL.
 */
int topic_format_snapshot(char out[TOPIC_MAX], const char *nonce,
                          const char *filter);

/*
 * Parse a topic, whoever sent it.  Returns 0 and fills *out, or -EBADMSG and
 * leaves *out alone.
 */
int topic_parse(struct topic *out, const void *buf, size_t len);

#endif
