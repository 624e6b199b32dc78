/*
 * settle.h - after the data directory is written: which index becomes the
 * latest, and whether the store is told (6.9, 6.10).
 *
 * Threads: pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_SETTLE_H
#define SERVICES_SYNC_ENGINE_MERGE_SETTLE_H

#include <stdbool.h>

/* The index that becomes refs/latest, then refs/latest-sync. */
enum settle_latest {
    SETTLE_LOCAL,  /* the snapshot made before the merge */
    SETTLE_CLOUD,  /* the store's, adopted as it is */
    SETTLE_MERGED, /* a new snapshot, of both */
};

struct settle_input {
    bool data_changed;  /* merge_data_changed(), after the filter */
    bool local_changed; /* of the plan */
    bool cloud_empty;   /* the store has no snapshot yet */
    bool joining;       /* this device had no snapshot */
    bool download_only; /* publishes nothing, whatever happened */
};

struct settlement {
    enum settle_latest latest;
    bool publish; /* upload objects, index, refs/latest */
};

/* What comes next. */
struct settlement settle(const struct settle_input *in);

#endif
