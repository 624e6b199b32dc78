#include "services/sync-engine/merge/retention.h"

#include "services/sync-engine/merge/draw.h"

#include <errno.h>
#include <stdlib.h>

#define MS_PER_DAY 86400000LL

/* Days together, newest first. */
static int
by_day(const void *a, const void *b)
{
    const struct retention_index *x = *(struct retention_index *const *)a;
    const struct retention_index *y = *(struct retention_index *const *)b;

    if (x->day != y->day)
        return x->day < y->day ? 1 : -1;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? 1 : -1;
    return 0;
}

/* Keep the newest of a day and, by lot, others up to the limit. */
static void
keep_of_day(struct retention_index **day, size_t count, unsigned limit,
            uint64_t *seed)
{
    for (size_t i = 0; i < count && i < limit; i++) {
        size_t rest = count - i;
        size_t pick = i == 0 ? 0 : i + (size_t)(draw_next(seed) % rest);
        struct retention_index *kept = day[pick];

        day[pick] = day[i];
        day[i] = kept;
        kept->keep = true;
    }
}

static void
keep_days(struct retention_index **sorted, size_t count,
          const struct retention_rule *rule)
{
    uint64_t seed = rule->seed;
    size_t end;

    for (size_t start = 0; start < count; start = end) {
        int32_t day = sorted[start]->day;

        for (end = start; end < count && sorted[end]->day == day; end++) {
            if (day == rule->today)
                sorted[end]->keep = true;
        }
        if (day != rule->today)
            keep_of_day(sorted + start, end - start, rule->per_day, &seed);
    }
}

static void
keep_all(struct retention_index *indexes, size_t count, bool keep)
{
    for (size_t i = 0; i < count; i++)
        indexes[i].keep = keep;
}

int
retention_choose(struct retention_index *indexes, size_t count,
                 const struct retention_rule *rule)
{
    struct retention_index **young = calloc(count + 1, sizeof(void *));
    int64_t oldest = rule->now_ms - (int64_t)rule->days * MS_PER_DAY;
    size_t young_count = 0;
    size_t kept = 0;

    keep_all(indexes, count, young == NULL);
    if (young == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (indexes[i].created_ms >= oldest)
            young[young_count++] = &indexes[i];
    }
    qsort(young, young_count, sizeof(void *), by_day);
    keep_days(young, young_count, rule);
    free(young);
    for (size_t i = 0; i < count; i++)
        kept += indexes[i].keep;
    if (kept >= RETENTION_INDEX_MIN)
        return 0;
    keep_all(indexes, count, true);
    return RETENTION_NO_PURGE;
}
