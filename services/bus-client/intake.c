#include "services/bus-client/intake.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <string.h>

#define REPORT_MS 60000

void
intake_expect(struct intake *in, const char *nonce_topic)
{
    size_t len = strnlen(nonce_topic, sizeof in->nonce_topic - 1);

    memcpy(in->nonce_topic, nonce_topic, len);
    in->nonce_topic[len] = '\0';
    in->parts_seen = 0;
}

void
intake_refuse(struct intake *in, const char *what, const struct intake_now *now)
{
    in->refused++;
    if (log_allowed(&in->refused_at_ms, now->boot_ms, REPORT_MS)) {
        log_line(LOG_WARN, "%s: %s that this version cannot read (%llu so far)",
                 in->name, what, (unsigned long long)in->refused);
    }
}

static void
report_full(struct intake *in, const struct intake_now *now)
{
    if (log_allowed(&in->full_at_ms, now->boot_ms, REPORT_MS)) {
        log_line(LOG_WARN, "%s: more than %d engines: the rest is not shown",
                 in->name, COPY_ENGINES_MAX);
    }
}

/* Returns 0, and the engine of these frames is in *in; or a failure. */
static int
decode(struct intake *in, const struct intake_frame f[INTAKE_ROW_FRAMES])
{
    struct topic topic;
    int rc = topic_parse(&topic, f[0].data, f[0].len);

    if (rc != 0 || topic.kind != TOPIC_STATE)
        return -EBADMSG;
    memcpy(in->id, topic.id, sizeof in->id);
    rc = state_decode(&in->state, f[1].data, f[1].len);
    return rc != 0 ? rc : verdict_decode(&in->verdict, f[2].data, f[2].len);
}

static struct copy_row
row_of(const struct intake *in)
{
    return (struct copy_row){
        .id = in->id, .state = &in->state, .verdict = &in->verdict};
}

void
intake_beat(struct intake *in, const struct intake_frame *frame,
            const struct intake_now *now)
{
    struct beat beat;
    struct copy *copy;
    bool other;

    if (beat_decode(&beat, frame->data, frame->len) != 0) {
        intake_refuse(in, "a beat", now);
        return;
    }
    follower_on_beat(in->follower, &beat, now->boot_ms);
    copy = mirror_lock(in->mirror);
    copy_beat(copy, now->boot_ms, now->wall_ms);
    copy_refused(copy, &beat);
    other = copy->has_snapshot && copy->hub_epoch != beat.epoch_us;
    mirror_unlock(in->mirror);
    if (other)
        follower_on_gap(in->follower, now->boot_ms, now->random_value);
}

void
intake_state(struct intake *in,
             const struct intake_frame frames[INTAKE_ROW_FRAMES],
             const struct intake_now *now)
{
    struct copy_row row = row_of(in);
    struct copy *copy;
    int rc;

    if (decode(in, frames) != 0) {
        intake_refuse(in, "a state", now);
        return;
    }
    copy = mirror_lock(in->mirror);
    rc = copy_apply(copy, &row, now->boot_ms);
    mirror_unlock(in->mirror);
    if (rc == COPY_GAP || rc == COPY_OTHER_HUB)
        follower_on_gap(in->follower, now->boot_ms, now->random_value);
    if (rc == COPY_GAP &&
        log_allowed(&in->gap_at_ms, now->boot_ms, REPORT_MS)) {
        log_line(LOG_INFO, "%s: a message about %s was lost; asking again",
                 in->name, in->id);
    }
    if (rc == -ENOSPC)
        report_full(in, now);
}

bool
intake_begin_part(struct intake *in, const struct intake_frame frames[2],
                  struct beat *head, const struct intake_now *now)
{
    if (frames[0].len != strlen(in->nonce_topic) ||
        memcmp(frames[0].data, in->nonce_topic, frames[0].len) != 0)
        return false; /* the answer to an earlier question */
    if (beat_decode(head, frames[1].data, frames[1].len) != 0) {
        intake_refuse(in, "a snapshot", now);
        return false;
    }
    follower_on_beat(in->follower, head, now->boot_ms);
    if (head->part == 1) {
        in->parts_seen = 0;
        copy_begin_snapshot(mirror_lock(in->mirror), head->epoch_us);
        mirror_unlock(in->mirror);
    }
    if (head->part != in->parts_seen + 1)
        return false; /* one was lost: the next question repairs it */
    in->parts_seen = head->part;
    return true;
}

void
intake_row(struct intake *in,
           const struct intake_frame frames[INTAKE_ROW_FRAMES],
           const struct intake_now *now)
{
    struct copy_row row = row_of(in);
    int rc;

    if (decode(in, frames) != 0) {
        intake_refuse(in, "a state in a snapshot", now);
        return;
    }
    rc = copy_add(mirror_lock(in->mirror), &row, now->boot_ms);
    mirror_unlock(in->mirror);
    if (rc == -ENOSPC)
        report_full(in, now);
}

void
intake_end_part(struct intake *in, const struct beat *head,
                const struct intake_now *now)
{
    struct copy *copy;
    size_t count;

    if (head->part != head->parts)
        return;
    copy = mirror_lock(in->mirror);
    copy_beat(copy, now->boot_ms, now->wall_ms);
    copy_refused(copy, head);
    copy_end_snapshot(copy);
    copy_judge(copy, now->boot_ms);
    count = copy->count;
    mirror_unlock(in->mirror);
    follower_on_snapshot(in->follower);
    log_line(LOG_DEBUG, "%s: snapshot, %zu engines known", in->name, count);
}
