/*
 * decide.h - one path, three versions of it: who wins, and what becomes of the
 * loser (dejavu-format 6.5).
 *
 * The versions belong to the caller and are only read.  Nothing here owns
 * memory or touches a file.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_MERGE_DECIDE_H
#define SERVICES_SYNC_ENGINE_MERGE_DECIDE_H

#include "services/sync-engine/repo/file_record.h"

#include <stdbool.h>

/* A version that is older by more than this loses (exactly this is not old). */
#define DECIDE_OLD_MS 420000

/* The same path in three snapshots; NULL where the file is absent. */
struct decide_versions {
    const struct file_record *base;  /* at the last sync */
    const struct file_record *local; /* this device */
    const struct file_record *cloud; /* the store */
};

/* What became of the base version on one side. */
enum decide_delta {
    DECIDE_UNCHANGED,
    DECIDE_UPSERT,   /* new, or other content */
    DECIDE_REMOVE,   /* gone */
    DECIDE_METADATA, /* same content, another second of mtime */
};

enum decide_side {
    DECIDE_NONE,
    DECIDE_LOCAL,
    DECIDE_CLOUD,
};

enum decide_conflict {
    DECIDE_NO_CONFLICT,
    DECIDE_LOCAL_REMOVE_CLOUD_UPSERT,
    DECIDE_LOCAL_UPSERT_CLOUD_REMOVE,
    DECIDE_LOCAL_UPSERT_CLOUD_UPSERT,
};

/* Why: the rows of the table in their order, then its two adjustments. */
enum decide_rule {
    DECIDE_RULE_UNCHANGED,     /* 1: nothing to do */
    DECIDE_RULE_BOTH_ABSENT,   /* 2 */
    DECIDE_RULE_SAME_CLOUD,    /* 3: same content, the cloud's time is newer */
    DECIDE_RULE_SAME_LOCAL,    /* 4: same content, otherwise */
    DECIDE_RULE_LOCAL_REMOVED, /* 6: removed here, edited there */
    DECIDE_RULE_CLOUD_REMOVED, /* 7: edited here, removed there */
    DECIDE_RULE_BOTH_OLD,      /* 8: edited on both sides, ours is old */
    DECIDE_RULE_BOTH,          /* 9: edited on both sides */
    DECIDE_RULE_LOCAL_OLD,     /* 10: edited here, yet older than the cloud's */
    DECIDE_RULE_LOCAL,         /* 11: edited here only */
    DECIDE_RULE_CLOUD_OLD,     /* 12: edited there, yet older than ours */
    DECIDE_RULE_CLOUD,         /* 13: edited there only */
    DECIDE_RULE_FOLD,          /* a conflict in which ours only folded blocks */
    DECIDE_RULE_TEMPORARY,     /* the cloud's .tmp files are not taken */
    DECIDE_RULE_DOWNLOAD,      /* no table: a download takes the cloud's */
};

struct decision {
    enum decide_side winner; /* DECIDE_NONE: nothing to do */
    enum decide_conflict conflict;
    enum decide_side history; /* whose version needs a history copy */
    enum decide_rule rule;
    bool publish; /* the cloud lacks what won */
};

/*
 * Did ours change nothing but the folding of blocks?  Both records are
 * documents of the same path; the answer needs their content, see fold.h.
 *
 * Returns 0 for no, 1 for yes, or -errno when the content cannot be had.
 */
typedef int (*decide_fold_fn)(void *ctx, const struct file_record *base,
                              const struct file_record *local);

struct decide_fold {
    decide_fold_fn ask; /* NULL: never only folded, so a conflict more */
    void *ctx;
};

/*
 * Decide about one path.  fold may be NULL; it is asked only in a conflict of
 * two edits of a .sy file that has a base.
 *
 * Returns 0 and fills *out, or what fold->ask failed with.
 */
int decide(struct decision *out, const struct decide_versions *v,
           const struct decide_fold *fold);

/* What became of base in version; both may be NULL. */
enum decide_delta decide_delta(const struct file_record *base,
                               const struct file_record *version);

/* Same content: both absent, or equal size and equal chunks. */
bool decide_same(const struct file_record *a, const struct file_record *b);

/* Same whole second of mtime (of the same path); neither may be NULL. */
bool decide_same_time(const struct file_record *a, const struct file_record *b);

/* Is a older than b by more than DECIDE_OLD_MS?  No, if either is NULL. */
bool decide_is_old(const struct file_record *a, const struct file_record *b);

/* "local-upsert-cloud-remove" and the like; "" for no conflict. */
const char *decide_conflict_name(enum decide_conflict conflict);

/* "none", "local", "cloud". */
const char *decide_side_name(enum decide_side side);

/* A short English clause for a report: "edited on both sides". */
const char *decide_rule_text(enum decide_rule rule);

#endif
