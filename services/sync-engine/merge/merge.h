/*
 * merge.h - three snapshots in, a plan out: what to write, remove, copy to the
 * history and tell the user.  The walk around decide.h.
 *
 * A plan points into the lists it was made from and is valid as long as they
 * are and do not change.
 * Threads: every function is pure; one plan, one thread at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_MERGE_H
#define SERVICES_SYNC_ENGINE_MERGE_MERGE_H

#include "services/sync-engine/merge/decide.h"
#include "services/sync-engine/repo/file_record.h"
#include "services/sync-engine/repo/ignore.h"

#include <stdbool.h>
#include <stddef.h>

/* Every list is sorted by path; a path that comes twice counts once. */
struct merge_input {
    const struct file_list *base;  /* NULL: this device has never synced */
    const struct file_list *local; /* NULL: it has no snapshot, it is joining */
    const struct file_list *cloud; /* NULL: the store has no snapshot */
    struct decide_fold fold;       /* {0}: no edit is only folding */
};

/* What happens in the data directory. */
enum merge_action {
    MERGE_KEEP,
    MERGE_UPSERT, /* write the cloud's version */
    MERGE_REMOVE, /* remove ours */
};

/* A path on which the three snapshots do not agree, and what was decided. */
struct merge_change {
    const char *path;
    struct decide_versions versions;
    struct decision decision;
    enum merge_action action;
};

/* Versions of files; each is a record of one of the lists. */
struct merge_files {
    const struct file_record **files;
    size_t count;
};

struct merge_conflict {
    const char *path;
    enum decide_conflict kind;
    enum decide_side winner;
    struct decide_versions versions;
    const struct file_record *copy; /* the losing version; NULL: a removal */
};

struct merge_conflicts {
    struct merge_conflict *items; /* in the order of their paths */
    size_t count;
};

struct merge_changes {
    struct merge_change *items; /* in the order of their paths */
    size_t count;
};

/*
 * Carry it out in this order: history copies, removes up to remove_first,
 * upserts, the other removes.
 */
struct merge_plan {
    struct merge_files upserts; /* cloud versions, in order.h's order */
    struct merge_files removes; /* local versions */
    size_t remove_first;        /* so many removes are in an upsert's way */
    struct merge_files history; /* each version once */
    struct merge_conflicts conflicts; /* for the report and its documents */
    struct merge_changes changes;     /* for --dry-run and changes/ */
    bool local_changed;               /* the cloud lacks something of ours */
};

/*
 * Plan a sync both ways (6.5).  Without a snapshot in the store nothing is
 * removed: ours takes its place.
 *
 * Returns 0 and *out, which goes to merge_plan_clear(); -ENOMEM, or what
 * in->fold failed with; then *out is {0}.
 */
int merge_both(struct merge_plan *out, const struct merge_input *in);

/*
 * Plan a download (6.10): afterwards the data directory holds what the cloud
 * has.  A local edit that is overwritten or removed is a conflict the cloud
 * wins, with a history copy.  in->fold is not asked; without a snapshot in the
 * store there is nothing to do.
 *
 * Returns 0 and *out, which goes to merge_plan_clear(); or -ENOMEM and {0}.
 */
int merge_download(struct merge_plan *out, const struct merge_input *in);

/*
 * The cloud's syncignore, when it is another than ours: compile it and call
 * merge_filter_removes() (6.6, both ways only).  NULL: no need to.
 */
const struct file_record *merge_new_ignore(const struct merge_input *in);

/*
 * Take back removes of files the ignore list matches: the other side did not
 * delete them, it merely stopped to sync them.  Their changes become
 * MERGE_KEEP.  Upserts are not filtered.
 *
 * Returns 0; or -ENOMEM or what ignore_match() failed with, p as it was.
 */
int merge_filter_removes(struct merge_plan *p, struct ignore *ig);

/* Does the plan bring or take away files, or tell of conflicts (6.9)? */
bool merge_data_changed(const struct merge_plan *p);

/* Release everything; p is {0} again.  {0} and NULL are fine. */
void merge_plan_clear(struct merge_plan *p);

#endif
