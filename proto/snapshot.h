/*
 * snapshot.h - the order of the frames of one snapshot part:
 *
 *     [topic sb1/z/...][beat with part, parts]( [topic][state][verdict] )*
 *
 * Pure: the caller owns the socket and the frames.
 */
#ifndef PROTO_SNAPSHOT_H
#define PROTO_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#define SNAPSHOT_HEAD_FRAMES 2
#define SNAPSHOT_ROW_FRAMES  3

enum snapshot_frame {
    SNAPSHOT_TOPIC,   /* topic of the snapshot */
    SNAPSHOT_HEADER,  /* beat */
    SNAPSHOT_ENGINE,  /* state topic of the next engine */
    SNAPSHOT_STATE,   /* its state, */
    SNAPSHOT_VERDICT, /* and the hub's verdict on it */
};

/* What frame number index (from 0) of a part holds. */
enum snapshot_frame snapshot_frame(size_t index);

/* Is a part of this many frames whole? */
bool snapshot_is_whole(size_t frames);

/* Parts of at most SNAPSHOT_PART_MAX for this many engines; at least 1. */
size_t snapshot_parts(size_t engines);

#endif
