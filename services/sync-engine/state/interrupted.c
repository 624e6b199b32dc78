#include "services/sync-engine/state/interrupted.h"

#include "services/runtime/log.h"
#include "services/sync-engine/run/report.h"
#include "services/sync-engine/state/journal.h"
#include "services/sync-engine/state/record.h"

int
interrupted_settle(struct history *h, enum run_direction direction)
{
    struct state_last last = {0};
    struct journal journal;
    int rc = journal_load(&journal, h->dir_fd);

    if (rc != 0)
        return rc == JOURNAL_NONE ? 0 : rc;
    rc = report_sweep(h->dir_fd);
    if (rc < 0)
        return rc;
    if (journal.run == 0 || journal.run > h->last.run) {
        record_interrupted(&last, &journal, direction);
        if (last.run == 0)
            last.run = h->last.run + 1;
        log_line(LOG_WARN, "run %llu was interrupted: %s",
                 (unsigned long long)last.run, last.why);
        rc = history_add(h, &last);
    }
    if (rc == 0)
        journal_end(&journal);
    return rc < 0 ? rc : INTERRUPTED_FOUND;
}
