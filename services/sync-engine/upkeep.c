#include "services/sync-engine/upkeep.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/sync-engine/merge/retention.h"
#include "services/sync-engine/repo/indexes.h"
#include "services/sync-engine/repo/purge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is there, and what of it is kept. */
struct choice {
    struct indexes_list list;
    struct oid *keep;
    size_t kept;
};

bool
upkeep_is_due(const struct upkeep *u, uint64_t now_ms)
{
    return !u->tried || now_ms - u->tried_at_ms >= UPKEEP_PERIOD_MS;
}

/* The local calendar day, such as 20260131; 0 for a time out of all years. */
static int32_t
day_of(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm t;

    if (localtime_r(&seconds, &t) == NULL)
        return 0;
    return (t.tm_year + 1900) * 10000 + (t.tm_mon + 1) * 100 + t.tm_mday;
}

static int
apply_rule(struct choice *c, struct retention_index *marks,
           const struct upkeep *u)
{
    struct retention_rule rule = {.now_ms = (int64_t)clock_wall_ms(),
                                  .days = u->days,
                                  .per_day = u->per_day};
    struct oid lot;
    int rc = oid_random(&lot);

    if (rc < 0)
        return rc;
    memcpy(&rule.seed, lot.bytes, sizeof rule.seed);
    rule.today = day_of(rule.now_ms);
    for (size_t i = 0; i < c->list.count; i++) {
        marks[i].created_ms = c->list.entries[i].created;
        marks[i].day = day_of(marks[i].created_ms);
    }
    rc = retention_choose(marks, c->list.count, &rule);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < c->list.count; i++) {
        if (marks[i].keep)
            c->keep[c->kept++] = c->list.entries[i].id;
    }
    return 0;
}

/* Returns 0, or a negative value with *p filled. */
static int
choose(struct choice *c, const struct upkeep *u, struct repo *r,
       struct problem *p)
{
    struct retention_index *marks;
    int rc = indexes_list(&c->list, r, p);

    if (rc < 0)
        return rc;
    marks = calloc(c->list.count + 1, sizeof *marks);
    c->keep = calloc(c->list.count + 1, sizeof *c->keep);
    rc = marks == NULL || c->keep == NULL ? -ENOMEM : apply_rule(c, marks, u);
    free(marks);
    return rc < 0 ? problem_errno(p, rc, "choosing old snapshots") : 0;
}

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct progress *progress = ctx;

    if (done == 1) {
        progress_enter(progress, &(struct progress_phase){.phase = PHASE_PURGE,
                                                          .items = total});
    }
    progress_set(progress, done, 0, NULL);
}

static int
purge(const struct choice *c, const struct run_options *opt, struct problem *p)
{
    const struct purge_options how = {.keep = c->keep,
                                      .count = c->kept,
                                      .cancel = &opt->cancel->set,
                                      .on_progress = on_progress,
                                      .ctx = opt->progress};
    struct purge_result result;
    int rc = purge_run(opt->repo, &how, &result, p);

    if (rc == 0 || result.indexes + result.objects > 0) {
        log_line(LOG_INFO, "purged %llu indexes, %llu objects, %llu bytes",
                 (unsigned long long)result.indexes,
                 (unsigned long long)result.objects,
                 (unsigned long long)result.bytes);
    }
    return rc;
}

void
upkeep_run(struct upkeep *u, const struct run_options *opt)
{
    uint64_t now_ms = clock_monotonic_ms();
    struct problem p = {0};
    struct choice c = {0};
    int rc;

    if (u->days == 0 || opt->dry_run || !upkeep_is_due(u, now_ms))
        return;
    u->tried = true;
    u->tried_at_ms = now_ms;
    rc = choose(&c, u, opt->repo, &p);
    if (rc == 0 && c.kept < c.list.count)
        rc = purge(&c, opt, &p);
    if (rc < 0 && p.kind != PROBLEM_CANCELLED)
        log_line(LOG_WARN, "old local snapshots stay for now: %s", p.text);
    free(c.keep);
    indexes_list_clear(&c.list);
}
