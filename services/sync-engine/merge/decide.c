#include "services/sync-engine/merge/decide.h"

#include "services/sync-engine/repo/oid.h"

#include <string.h>

#define WORDS(array) (sizeof(array) / sizeof *(array))

bool
decide_same(const struct file_record *a, const struct file_record *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->size != b->size || a->chunk_count != b->chunk_count)
        return false;
    return a->chunks == b->chunks || a->chunk_count == 0 ||
           memcmp(a->chunks, b->chunks, a->chunk_count * sizeof *a->chunks) ==
               0;
}

bool
decide_same_time(const struct file_record *a, const struct file_record *b)
{
    return a->updated / 1000 == b->updated / 1000;
}

bool
decide_is_old(const struct file_record *a, const struct file_record *b)
{
    if (a == NULL || b == NULL)
        return false;
    /* Times are whatever a stranger wrote: no overflow. */
    if (b->updated < INT64_MIN + DECIDE_OLD_MS)
        return false;
    return a->updated < b->updated - DECIDE_OLD_MS;
}

enum decide_delta
decide_delta(const struct file_record *base, const struct file_record *version)
{
    if (base == NULL)
        return version == NULL ? DECIDE_UNCHANGED : DECIDE_UPSERT;
    if (version == NULL)
        return DECIDE_REMOVE;
    if (!decide_same(base, version))
        return DECIDE_UPSERT;
    return decide_same_time(base, version) ? DECIDE_UNCHANGED : DECIDE_METADATA;
}

static bool
is_content(enum decide_delta delta)
{
    return delta == DECIDE_UPSERT || delta == DECIDE_REMOVE;
}

static bool
ends_with(const char *path, const char *suffix)
{
    size_t len = strlen(path);
    size_t n = strlen(suffix);

    return len >= n && memcmp(path + len - n, suffix, n) == 0;
}

/* Of two versions with the same content every device must take the same. */
static bool
is_cloud_preferred(const struct decide_versions *v)
{
    if (v->cloud == NULL)
        return false;
    if (v->local == NULL)
        return true;
    if (v->cloud->updated != v->local->updated)
        return v->cloud->updated > v->local->updated;
    return oid_compare(&v->cloud->id, &v->local->id) > 0;
}

/* Rows 1 to 5. */
static struct decision
settle_same(const struct decide_versions *v, bool unchanged)
{
    if (unchanged)
        return (struct decision){.rule = DECIDE_RULE_UNCHANGED};
    if (v->local == NULL && v->cloud == NULL)
        return (struct decision){.rule = DECIDE_RULE_BOTH_ABSENT};
    if (is_cloud_preferred(v)) {
        return (struct decision){.winner = DECIDE_CLOUD,
                                 .rule = DECIDE_RULE_SAME_CLOUD};
    }
    return (struct decision){.winner = DECIDE_LOCAL,
                             .rule = DECIDE_RULE_SAME_LOCAL,
                             .publish = true};
}

/* Rows 6 to 9. */
static struct decision
settle_both(const struct decide_versions *v)
{
    if (v->local == NULL) {
        return (struct decision){.winner = DECIDE_LOCAL,
                                 .conflict = DECIDE_LOCAL_REMOVE_CLOUD_UPSERT,
                                 .history = DECIDE_CLOUD,
                                 .rule = DECIDE_RULE_LOCAL_REMOVED,
                                 .publish = true};
    }
    if (v->cloud == NULL) {
        return (struct decision){.winner = DECIDE_LOCAL,
                                 .conflict = DECIDE_LOCAL_UPSERT_CLOUD_REMOVE,
                                 .history = DECIDE_LOCAL,
                                 .rule = DECIDE_RULE_CLOUD_REMOVED,
                                 .publish = true};
    }
    if (decide_is_old(v->local, v->cloud)) {
        return (struct decision){.winner = DECIDE_CLOUD,
                                 .conflict = DECIDE_LOCAL_UPSERT_CLOUD_UPSERT,
                                 .history = DECIDE_LOCAL,
                                 .rule = DECIDE_RULE_BOTH_OLD};
    }
    return (struct decision){.winner = DECIDE_LOCAL,
                             .conflict = DECIDE_LOCAL_UPSERT_CLOUD_UPSERT,
                             .history = DECIDE_CLOUD,
                             .rule = DECIDE_RULE_BOTH,
                             .publish = true};
}

/* Rows 10 and 11. */
static struct decision
settle_local(const struct decide_versions *v)
{
    if (decide_is_old(v->local, v->cloud)) {
        return (struct decision){.winner = DECIDE_CLOUD,
                                 .history = DECIDE_LOCAL,
                                 .rule = DECIDE_RULE_LOCAL_OLD};
    }
    return (struct decision){
        .winner = DECIDE_LOCAL, .rule = DECIDE_RULE_LOCAL, .publish = true};
}

/* Rows 12 and 13. */
static struct decision
settle_cloud(const struct decide_versions *v)
{
    if (decide_is_old(v->cloud, v->local)) {
        return (struct decision){.winner = DECIDE_LOCAL,
                                 .history = DECIDE_CLOUD,
                                 .rule = DECIDE_RULE_CLOUD_OLD,
                                 .publish = true};
    }
    return (struct decision){.winner = DECIDE_CLOUD, .rule = DECIDE_RULE_CLOUD};
}

static struct decision
find_row(const struct decide_versions *v)
{
    enum decide_delta local = decide_delta(v->base, v->local);
    enum decide_delta cloud = decide_delta(v->base, v->cloud);

    /* Row 5, "contents differ but neither changed", cannot be: two versions
     * with the content of the base have the same content. */
    if (decide_same(v->local, v->cloud)) {
        return settle_same(v, local == DECIDE_UNCHANGED &&
                                  cloud == DECIDE_UNCHANGED);
    }
    if (is_content(local) && is_content(cloud))
        return settle_both(v);
    return is_content(local) ? settle_local(v) : settle_cloud(v);
}

/* Adjustment 1.  Returns 0 or what was asked failed with. */
static int
yield_folding(struct decision *d, const struct decide_versions *v,
              const struct decide_fold *fold)
{
    int rc;

    if (fold == NULL || fold->ask == NULL || v->base == NULL ||
        d->conflict != DECIDE_LOCAL_UPSERT_CLOUD_UPSERT ||
        !ends_with(v->local->path, ".sy"))
        return 0;
    rc = fold->ask(fold->ctx, v->base, v->local);
    if (rc <= 0)
        return rc;
    *d = (struct decision){.winner = DECIDE_CLOUD,
                           .history = DECIDE_LOCAL,
                           .rule = DECIDE_RULE_FOLD};
    return 0;
}

/* Adjustment 2: a temporary file is never taken from the cloud. */
static void
refuse_temporary(struct decision *d, const struct decide_versions *v)
{
    bool conflict = d->conflict != DECIDE_NO_CONFLICT;

    if (d->winner != DECIDE_CLOUD || v->cloud == NULL ||
        !ends_with(v->cloud->path, ".tmp"))
        return;
    d->winner = DECIDE_LOCAL;
    d->history = conflict ? DECIDE_CLOUD : DECIDE_NONE;
    d->publish = conflict;
    d->rule = DECIDE_RULE_TEMPORARY;
}

int
decide(struct decision *out, const struct decide_versions *v,
       const struct decide_fold *fold)
{
    struct decision d = find_row(v);
    int rc = yield_folding(&d, v, fold);

    if (rc != 0)
        return rc;
    refuse_temporary(&d, v);
    *out = d;
    return 0;
}

const char *
decide_conflict_name(enum decide_conflict conflict)
{
    static const char *const NAMES[] = {
        [DECIDE_NO_CONFLICT] = "",
        [DECIDE_LOCAL_REMOVE_CLOUD_UPSERT] = "local-remove-cloud-upsert",
        [DECIDE_LOCAL_UPSERT_CLOUD_REMOVE] = "local-upsert-cloud-remove",
        [DECIDE_LOCAL_UPSERT_CLOUD_UPSERT] = "local-upsert-cloud-upsert",
    };

    return (size_t)conflict < WORDS(NAMES) ? NAMES[conflict] : "";
}

const char *
decide_side_name(enum decide_side side)
{
    static const char *const NAMES[] = {
        [DECIDE_NONE] = "none",
        [DECIDE_LOCAL] = "local",
        [DECIDE_CLOUD] = "cloud",
    };

    return (size_t)side < WORDS(NAMES) ? NAMES[side] : "";
}

const char *
decide_rule_text(enum decide_rule rule)
{
    static const char *const TEXTS[] = {
        [DECIDE_RULE_UNCHANGED] = "unchanged",
        [DECIDE_RULE_BOTH_ABSENT] = "removed on both sides",
        [DECIDE_RULE_SAME_CLOUD] = "same content, the cloud's time is newer",
        [DECIDE_RULE_SAME_LOCAL] = "same content, ours is not older",
        [DECIDE_RULE_LOCAL_REMOVED] = "removed here, edited in the cloud",
        [DECIDE_RULE_CLOUD_REMOVED] = "edited here, removed in the cloud",
        [DECIDE_RULE_BOTH_OLD] = "edited on both sides, ours is older",
        [DECIDE_RULE_BOTH] = "edited on both sides",
        [DECIDE_RULE_LOCAL_OLD] = "changed here, but older than the cloud's",
        [DECIDE_RULE_LOCAL] = "changed here only",
        [DECIDE_RULE_CLOUD_OLD] = "changed in the cloud, but older than ours",
        [DECIDE_RULE_CLOUD] = "changed in the cloud only",
        [DECIDE_RULE_FOLD] = "edited in the cloud, only folded here",
        [DECIDE_RULE_TEMPORARY] = "temporary files are not taken",
        [DECIDE_RULE_DOWNLOAD] = "a download takes the cloud's",
    };

    return (size_t)rule < WORDS(TEXTS) ? TEXTS[rule] : "";
}
