#include "tools/syncbus/judge.h"

#include "proto/state.h"
#include "tools/syncbus/units.h"

#define SNAPSHOT_SLOW_MS 1000
#define BEAT_SLOW_MS     2000

/* ---- is it well? ---- */

static void
judge_beat(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {
        .name = "beat",
        .remedy = "The hub's machine, or the network to it, is overloaded."};
    char longest[UNITS_MAX], watched[UNITS_MAX];

    units_span(longest, hub->longest_ms);
    units_span(watched, hub->watched_ms);
    if (hub->beats == 0) {
        note.level = JUDGE_FAIL;
        judge_add(j, &note, "none in %s; one a second is due", watched);
        return;
    }
    note.level = hub->longest_ms > BEAT_SLOW_MS ? JUDGE_WARN : JUDGE_OK;
    judge_add(j, &note, "%llu in %s, the longest pause was %s",
              (unsigned long long)hub->beats, watched, longest);
}

/* Every part of a bus may be of another version; it should be known. */
static void
judge_schema(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "version"};
    unsigned long long minor = hub->minor;

    if (minor == STATE_MINOR) {
        judge_add(j, &note, "the hub speaks protocol 1.%llu, as here", minor);
        return;
    }
    note.level = JUDGE_WARN;
    note.remedy = minor > STATE_MINOR ? "Update the programs on this machine."
                                      : "Update syncbus-aggregator.";
    judge_add(j, &note, "the hub speaks protocol 1.%llu, this is 1.%d", minor,
              STATE_MINOR);
}

static void
judge_control(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "control", .remedy = hub->control_hint};

    if (!hub->has_control)
        return;
    /* Nobody is called that: the hub itself answers. */
    if (hub->answer == REPLY_UNREACHABLE) {
        judge_add(j, &note, "commands reach the hub at %s", hub->control);
    } else {
        note.level = JUDGE_FAIL;
        if (hub->answer != REPLY_TIMEOUT)
            note.remedy = reply_code_info(hub->answer)->remedy[LANG_EN];
        judge_add(j, &note, "%s: %s", hub->control,
                  hub->answer == REPLY_TIMEOUT
                      ? "no answer to a command"
                      : reply_code_info(hub->answer)->text[LANG_EN]);
    }
}

void
judge_hub(struct judge *j, const struct judge_hub *hub)
{
    struct judge_note note = {.name = "bus", .remedy = hub->feed_hint};
    char span[UNITS_MAX];

    units_span(span, hub->snapshot_ms);
    if (!hub->has_snapshot) {
        note.level = JUDGE_FAIL;
        judge_add(j, &note, "no answer from the hub at %s", hub->feed);
        return;
    }
    if (hub->snapshot_ms > SNAPSHOT_SLOW_MS) {
        note.level = JUDGE_WARN;
        note.remedy = "The hub's machine, or the network to it, is slow.";
    }
    judge_add(j, &note, "the hub at %s told all it knows after %s", hub->feed,
              span);
    judge_beat(j, hub);
    judge_schema(j, hub);
    judge_control(j, hub);
}

/* ---- messages ---- */

static const char *
remedy_of(enum refusal reason)
{
    switch (reason) {
    case REFUSAL_IDENTITY:
        return "A peer publishes under an id its key does not have.";
    case REFUSAL_TWIN:
        return "Two engines have one id: give one of them another --id.";
    case REFUSAL_FULL:
        return "Start syncbus-aggregator with more --max-engines.";
    case REFUSAL_RATE:
        return "An engine publishes more than 20 messages a second: see the"
               " hub's log for which.";
    default:
        return "Another version, or another program, publishes on this bus:"
               " see the hub's log.";
    }
}

/* Why, in words; the hub's log and its metrics have the token. */
static const char *
words_of(enum refusal reason)
{
    static const char *const words[REFUSAL_COUNT] = {
        [REFUSAL_IDENTITY] = "of an engine whose key has another id",
        [REFUSAL_FRAMES] = "that have not two frames",
        [REFUSAL_TOPIC] = "that are no state of an engine",
        [REFUSAL_SIZE] = "that are too long",
        [REFUSAL_MESSAGE] = "that it cannot read",
        [REFUSAL_RATE] = "of engines that publish too often",
        [REFUSAL_FULL] = "of engines for which it has no room",
        [REFUSAL_OLD] = "that came late or twice",
        [REFUSAL_TWIN] = "of a second engine with the same id",
    };

    return words[reason];
}

static void
judge_refused(struct judge *j, const struct roster *r)
{
    bool any = false;

    for (size_t i = 0; i < REFUSAL_COUNT; i++) {
        enum refusal reason = (enum refusal)i;
        unsigned long long seen = r->refused.seen[i];
        /* Late ones are a matter of course where machines restart. */
        struct judge_note note = {.name = "refused",
                                  .level = reason == REFUSAL_OLD ? JUDGE_OK
                                           : reason == REFUSAL_FULL
                                               ? JUDGE_FAIL
                                               : JUDGE_WARN,
                                  .remedy = remedy_of(reason)};

        if (seen == 0)
            continue;
        any = true;
        judge_add(j, &note, "the hub refused %llu messages %s (%s)", seen,
                  words_of(reason), refusal_token(reason));
    }
    if (!any) {
        judge_add(j, &(struct judge_note){.name = "refused"},
                  "the hub refused no message since its start");
    }
}

void
judge_messages(struct judge *j, const struct roster *r)
{
    struct judge_note note = {
        .name = "lost",
        .level = r->lost > 0 ? JUDGE_WARN : JUDGE_OK,
        .remedy = "This machine, or the network to the hub, is too slow for"
                  " what comes; nothing is wrong for good, each message"
                  " repairs the ones before."};

    judge_refused(j, r);
    judge_add(j, &note, "%llu messages were lost on the way here",
              (unsigned long long)r->lost);
    for (size_t i = 0; i < r->count; i++) {
        const struct copy_engine *e = &r->engines[i];

        if (e->verdict.lost == 0)
            continue;
        note.level = JUDGE_WARN;
        note.subject = e->id;
        note.remedy = "The network between the engine and the hub loses"
                      " messages, or one of the two is overloaded.";
        judge_add(j, &note, "%llu of its messages never reached the hub",
                  (unsigned long long)e->verdict.lost);
    }
}
