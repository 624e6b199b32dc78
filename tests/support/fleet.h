/*
 * fleet.h - devices and a store in memory, synced with the decisions of
 * services/sync-engine/merge: what a run does (6.4, 6.9 to 6.11), without
 * disks, objects and locks.
 *
 * Records are kept by value.  (Real stores keep them by id, which is path and
 * second: two edits of one path in one second are one object there.)
 * Out of memory ends the test; all else is an answer.
 */
#ifndef TESTS_SUPPORT_FLEET_H
#define TESTS_SUPPORT_FLEET_H

#include "services/sync-engine/merge/decide.h"
#include "services/sync-engine/repo/file_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLEET_DEVICES 3

/* A list of files with the id of its index; id 0: there is none. */
struct fleet_index {
    int id;
    struct file_list files;
};

struct fleet_device {
    struct file_list disk;
    struct fleet_index latest;
    struct fleet_index base;
    struct file_list history; /* every copy ever made; not sorted */
};

struct fleet {
    struct fleet_device devices[FLEET_DEVICES];
    struct fleet_index cloud;
    int last_id;
};

enum fleet_direction {
    FLEET_BOTH,
    FLEET_DOWNLOAD,
    FLEET_UPLOAD,
};

struct fleet_result {
    size_t upserts;
    size_t removes;
    size_t conflicts;
    size_t copies;  /* losing versions of conflicts */
    size_t history; /* copies made: the newest so many of the device's */
    bool published;
    enum decide_conflict kind; /* of the first conflict */
    enum decide_side winner;
};

#define FLEET_EMPTY 1 /* nothing to snapshot: the sync did not happen */

/* Write or overwrite a file of a device. */
void fleet_write(struct fleet_device *d, const char *path, const char *content,
                 int64_t updated_ms);

/* Give a file another time, its content as it is. */
void fleet_touch(struct fleet_device *d, const char *path, int64_t updated_ms);

/* Remove a file; it need not exist. */
void fleet_remove(struct fleet_device *d, const char *path);

/*
 * One whole sync of device number.
 *
 * Returns 0 and fills *out, or FLEET_EMPTY.  *broken, if set, names a promise
 * that did not hold: an edit without a trace, a winner that did not win.
 */
int fleet_sync(struct fleet *f, int number, enum fleet_direction direction,
               struct fleet_result *out, const char **broken);

/* Forget the store's snapshot, as a lost refs/latest does. */
void fleet_lose_cloud(struct fleet *f);

/* The same paths, content and seconds? */
bool fleet_is_equal(const struct file_list *a, const struct file_list *b);

/* Make *to a copy of from. */
void fleet_copy(struct file_list *to, const struct file_list *from);

/* Release everything; f is {0} again. */
void fleet_clear(struct fleet *f);

#endif
