/*
 * Where a page ends is told as a number the operator gives back: the number
 * of the last run shown, the byte the next change begins at, or the run and
 * the place among its conflicts.  A run that ends meanwhile moves none of
 * them.
 */
#include "services/sync-engine/bus/pages.h"

#include "services/runtime/log.h"
#include "services/sync-engine/run/report.h"
#include "services/sync-engine/state/changes.h"
#include "services/sync-engine/state/history.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `after` of conflicts: run * this + place. */
#define PLACES (UINT64_C(1) << 20)

struct page {
    struct reply *reply;
    int state_fd;
    bool has_after;
    uint64_t after;
    uint64_t run;          /* runs: the last one shown; changes: the one */
    uint64_t newest;       /* changes: the newest run there is */
    bool found, did_files; /* changes: it is a run; it touched files */
    int error;
};

static void
end_page(struct page *p, uint64_t next)
{
    p->reply->next = next;
    p->reply->has |= REPLY_HAS_NEXT;
}

/* ---- runs ---- */

static bool
add_run(void *ctx, const struct state_last *run)
{
    struct page *p = ctx;

    if (p->has_after && run->run >= p->after)
        return true;
    if (reply_add_run(p->reply, run) != 0) {
        end_page(p, p->run);
        return false;
    }
    p->run = run->run;
    return true;
}

/* ---- changes ---- */

static bool
find_run(void *ctx, const struct state_last *run)
{
    struct page *p = ctx;

    if (p->newest == 0)
        p->newest = run->run;
    if (run->run != p->run)
        return true;
    p->found = true;
    p->did_files =
        run->upserts + run->removes + run->conflicts + run->sent.files > 0;
    return false;
}

/* A run that did nothing has no report, and neither has an old one. */
static int
explain_missing(struct page *p)
{
    int rc = history_visit(p->state_fd, find_run, p);

    if (rc < 0)
        return rc;
    if (!p->found || (p->did_files && p->run + REPORT_RUNS_MAX <= p->newest)) {
        reply_init(p->reply, REPLY_NOT_FOUND);
        return 0;
    }
    reply_start_page(p->reply, REPLY_CHANGES);
    return 0;
}

static int
add_changes(struct page *p)
{
    struct changes c;
    struct changes_line line;
    int rc = changes_open(&c, p->state_fd, p->run, p->after);

    if (rc == -ENOENT)
        return explain_missing(p);
    if (rc < 0)
        return rc;
    reply_start_page(p->reply, REPLY_CHANGES);
    /* Conflicts stand behind the changes. */
    while ((rc = changes_next(&c, &line)) == 0 && !line.is_conflict) {
        if (reply_add_change(p->reply, line.kind, line.path, line.size_bytes) !=
            0) {
            end_page(p, c.at);
            break;
        }
    }
    changes_close(&c);
    return rc < 0 ? rc : 0;
}

/* ---- conflicts ---- */

/* True when the page is full. */
static bool
add_conflict(struct page *p, uint64_t run, const struct changes_line *line)
{
    struct reply_conflict row = {.run = run};

    (void)snprintf(row.kind, sizeof row.kind, "%s", line->conflict);
    (void)snprintf(row.winner, sizeof row.winner, "%s", line->winner);
    return reply_add_conflict(p->reply, &row, line->path, line->kept) != 0;
}

/* Returns false when the page is full. */
static bool
add_conflicts_of(struct page *p, uint64_t run, uint64_t from)
{
    struct changes c;
    struct changes_line line;
    uint64_t place = 0;
    bool full = false;
    int rc = changes_open(&c, p->state_fd, run, 0);

    if (rc < 0) { /* older than what is kept */
        p->error = rc == -ENOENT ? 0 : rc;
        return rc == -ENOENT;
    }
    while (!full && (rc = changes_next(&c, &line)) == 0) {
        if (!line.is_conflict)
            continue;
        full = place >= from && add_conflict(p, run, &line);
        if (full)
            end_page(p, run * PLACES + place);
        place++;
    }
    changes_close(&c);
    if (rc < 0)
        p->error = rc;
    return !full && rc >= 0;
}

static bool
visit_conflicts(void *ctx, const struct state_last *run)
{
    struct page *p = ctx;
    uint64_t after_run = p->after / PLACES;

    if (run->conflicts == 0 || (p->has_after && run->run > after_run))
        return true;
    return add_conflicts_of(
        p, run->run,
        p->has_after && run->run == after_run ? p->after % PLACES : 0);
}

void
pages_answer(struct reply *out, int state_fd, const struct command *c)
{
    struct page p = {
        .reply = out,
        .state_fd = state_fd,
        .has_after = (c->has & COMMAND_HAS_AFTER) != 0,
        .after = c->after,
        .run = c->run,
    };
    int rc;

    reply_init(out, REPLY_OK);
    if (c->name == COMMAND_CHANGES) {
        rc = add_changes(&p);
    } else if (c->name == COMMAND_RUNS) {
        reply_start_page(out, REPLY_RUNS);
        rc = history_visit(state_fd, add_run, &p);
    } else {
        reply_start_page(out, REPLY_CONFLICTS);
        rc = history_visit(state_fd, visit_conflicts, &p);
    }
    if (rc == 0)
        rc = p.error;
    if (rc < 0) {
        log_line(LOG_ERROR, "command %s: state folder: %s",
                 command_token(c->name), strerrordesc_np(-rc));
        reply_init(out, REPLY_INTERNAL);
    }
}
