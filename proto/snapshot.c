#include "proto/snapshot.h"

#include "proto/beat.h"

enum snapshot_frame
snapshot_frame(size_t index)
{
    static const enum snapshot_frame row[SNAPSHOT_ROW_FRAMES] = {
        SNAPSHOT_ENGINE, SNAPSHOT_STATE, SNAPSHOT_VERDICT};

    if (index == 0)
        return SNAPSHOT_TOPIC;
    if (index == 1)
        return SNAPSHOT_HEADER;
    return row[(index - SNAPSHOT_HEAD_FRAMES) % SNAPSHOT_ROW_FRAMES];
}

bool
snapshot_is_whole(size_t frames)
{
    return frames >= SNAPSHOT_HEAD_FRAMES &&
           (frames - SNAPSHOT_HEAD_FRAMES) % SNAPSHOT_ROW_FRAMES == 0;
}

size_t
snapshot_parts(size_t engines)
{
    if (engines == 0)
        return 1;
    return (engines - 1) / SNAPSHOT_PART_MAX + 1;
}
