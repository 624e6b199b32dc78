/*
 * The steps only --dry-run has: what a run would do, as JSON lines on standard
 * output.
 *
 * {"path","action","winner","reason"}; action is write or remove (here), send
 * or remove-there (in the store), keep (nothing, but a loser is kept); a
 * conflict adds "conflict".
 */
#include "services/sync-engine/run/run_state.h"

#include "services/sync-engine/run/fetch.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The content of the store's syncignore decides about removes. */
int
run_fetch_ignore(struct run *r)
{
    const struct merge_input in = {
        .local = r->merge.joining ? NULL : &r->merge.differ.local,
        .cloud = r->cloud_empty ? NULL : &r->merge.cloud,
    };
    const struct file_record *ignore = merge_new_ignore(&in);
    struct file_list one = {.count = 1};
    struct file_record record;
    struct problem p = {0};
    int rc;

    if (ignore == NULL)
        return 0;
    record = *ignore;
    one.files = &record;
    rc = fetch_find_chunks(&r->merge.missing, r->opt->repo, &one, &p);
    if (rc < 0)
        return run_forward(r, rc, &p);
    return run_fetch_listed_chunks(r);
}

struct row {
    const char *path, *action, *winner, *reason, *conflict;
};

static int
print_row(const struct run *r, const struct row *row)
{
    json_t *line =
        json_pack("{s:s, s:s, s:s, s:s}", "path", row->path, "action",
                  row->action, "winner", row->winner, "reason", row->reason);
    char *text;
    int rc = 0;

    if (line != NULL && row->conflict[0] != '\0' &&
        json_object_set_new(line, "conflict", json_string(row->conflict)) != 0)
        rc = -ENOMEM;
    text = rc == 0 ? json_dumps(line, JSON_COMPACT) : NULL;
    if (text == NULL) {
        rc = -ENOMEM;
    } else if (printf("%s\n", text) < 0) {
        rc = -errno;
    }
    free(text);
    json_decref(line);
    return rc < 0 ? fault_errno(r->fault, rc, "cannot tell the plan") : 0;
}

static const char *
action_of(const struct merge_change *c)
{
    if (c->action == MERGE_UPSERT)
        return "write";
    if (c->action == MERGE_REMOVE)
        return "remove";
    if (c->decision.publish)
        return c->versions.local != NULL ? "send" : "remove-there";
    return c->decision.history != DECIDE_NONE ? "keep" : NULL;
}

static int
tell_plan(const struct run *r)
{
    const struct merge_changes *changes = &r->merge.plan.changes;
    int rc = 0;

    for (size_t i = 0; i < changes->count && rc == 0; i++) {
        const struct merge_change *c = &changes->items[i];
        const struct row row = {
            .path = c->path,
            .action = action_of(c),
            .winner = decide_side_name(c->decision.winner),
            /* One that holds nothing is compared as if it held ours. */
            .reason = r->cloud_empty ? "the store is empty"
                                     : decide_rule_text(c->decision.rule),
            .conflict = decide_conflict_name(c->decision.conflict),
        };

        if (row.action != NULL)
            rc = print_row(r, &row);
    }
    return rc;
}

/* Local wins: whatever the store has otherwise becomes ours. */
static int
tell_one_upload(const struct run *r, const char *path, const char *action)
{
    const struct row row = {
        .path = path,
        .action = action,
        .winner = "local",
        .reason = "an upload takes ours",
        .conflict = "",
    };

    return print_row(r, &row);
}

static int
tell_upload(const struct run *r)
{
    const struct file_list *ours = &r->merge.differ.local;
    const struct file_list *theirs = &r->merge.cloud;
    int rc = 0;

    for (size_t i = 0; i < ours->count && rc == 0; i++) {
        const struct file_record *f = &ours->files[i];
        const struct file_record *there = file_list_find(theirs, f->path);

        if (there == NULL || !oid_equal(&f->id, &there->id))
            rc = tell_one_upload(r, f->path, "send");
    }
    for (size_t i = 0; i < theirs->count && rc == 0; i++) {
        const char *path = theirs->files[i].path;

        if (file_list_find(ours, path) == NULL)
            rc = tell_one_upload(r, path, "remove-there");
    }
    return rc;
}

int
run_tell(struct run *r)
{
    int rc = r->opt->direction == RUN_UPLOAD ? tell_upload(r) : tell_plan(r);

    if (rc == 0 && fflush(stdout) != 0)
        rc = fault_errno(r->fault, -errno, "cannot tell the plan");
    /* The real run would stop here; so that is told, too. */
    return rc == 0 ? run_guard(r) : rc;
}
