/*
 * One table: a family and how one engine's samples of it are written.  A
 * format demands that the samples of a family stand together, so each row
 * walks all engines.
 *
 * What an engine did not say has no sample: unknown is not 0.
 */
#include "gateway/metrics/families.h"

#define P "syncbus_"

/* Labels of one sample: the engine, at most one other, the end. */
#define LABELS(engine, other, text)                                            \
    (const struct exposition_label[])                                          \
    {                                                                          \
        {"engine", (engine)->id}, {other, text},                               \
        {                                                                      \
            NULL, NULL                                                         \
        }                                                                      \
    }
#define ONLY_ENGINE(engine) LABELS(engine, NULL, NULL)

typedef void (*put_fn)(struct exposition *x, const struct harvest_engine *e);

static bool
has(const struct harvest_engine *e, uint32_t bit)
{
    return (e->has & bit) != 0;
}

static void
put_up(struct exposition *x, const struct harvest_engine *e)
{
    bool up = e->shown != COPY_OFFLINE && e->shown != COPY_UNKNOWN;

    exposition_uint(x, ONLY_ENGINE(e), up);
}

static void
put_state(struct exposition *x, const struct harvest_engine *e)
{
    for (enum copy_shown i = 0; i < COPY_SHOWN_COUNT; i++) {
        exposition_uint(x, LABELS(e, "state", copy_shown_token(i)),
                        i == e->shown);
    }
}

static void
put_info(struct exposition *x, const struct harvest_engine *e)
{
    const struct exposition_label labels[] = {
        {"engine", e->id}, {"provider", e->provider}, {"cloud", e->cloud},
        {"host", e->host}, {"version", e->version},   {NULL, NULL},
    };

    exposition_uint(x, labels, 1);
}

static void
put_age(struct exposition *x, const struct harvest_engine *e)
{
    exposition_milli(x, ONLY_ENGINE(e), e->age_ms);
}

static void
put_runs(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, LABELS(e, "result", "ok"), e->counts.ok);
    exposition_uint(x, LABELS(e, "result", "failed"), e->counts.failed);
}

static void
put_conflicts(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, ONLY_ENGINE(e), e->counts.conflicts);
}

static void
put_bytes(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, LABELS(e, "direction", "upload"), e->counts.sent_bytes);
    exposition_uint(x, LABELS(e, "direction", "download"),
                    e->counts.received_bytes);
}

static void
put_progress(struct exposition *x, const struct harvest_engine *e)
{
    if (copy_is_syncing(e->shown) && has(e, STATE_HAS_PERMILLE))
        exposition_milli(x, ONLY_ENGINE(e), e->permille);
}

static void
put_success(struct exposition *x, const struct harvest_engine *e)
{
    if (has(e, STATE_HAS_SYNCED))
        exposition_milli(x, ONLY_ENGINE(e), e->synced_at_ms);
}

static void
put_duration(struct exposition *x, const struct harvest_engine *e)
{
    if (has(e, STATE_HAS_LAST))
        exposition_milli(x, ONLY_ENGINE(e), e->last_duration_ms);
}

static void
put_error(struct exposition *x, const struct harvest_engine *e)
{
    if (has(e, STATE_HAS_LAST) && !e->last_ok)
        exposition_uint(x, LABELS(e, "code", e->last_code), 1);
}

static void
put_next(struct exposition *x, const struct harvest_engine *e)
{
    if (has(e, STATE_HAS_NEXT) && e->next_at_ms != 0)
        exposition_milli(x, ONLY_ENGINE(e), e->next_at_ms);
}

static void
put_failures(struct exposition *x, const struct harvest_engine *e)
{
    if (has(e, STATE_HAS_FAILURES))
        exposition_uint(x, ONLY_ENGINE(e), e->failures);
}

static void
put_overdue(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, ONLY_ENGINE(e), e->is_overdue);
}

static void
put_ingest_lost(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, ONLY_ENGINE(e), e->ingest_lost);
}

static void
put_relay_lost(struct exposition *x, const struct harvest_engine *e)
{
    exposition_uint(x, ONLY_ENGINE(e), e->relay_lost);
}

static const struct row {
    struct exposition_family family;
    put_fn put;
} rows[] = {
    {{P "engine_up", EXPOSITION_GAUGE, NULL,
      "1 while the engine is heard of over the bus."},
     put_up},
    {{P "engine_state", EXPOSITION_GAUGE, NULL,
      "1 for the state the engine is in, 0 for all others."},
     put_state},
    {{P "engine", EXPOSITION_INFO, NULL,
      "What the engine says of itself and its store."},
     put_info},
    {{P "engine_age_seconds", EXPOSITION_GAUGE, "seconds",
      "Time since the aggregator received the engine's latest state."},
     put_age},
    {{P "sync_runs", EXPOSITION_COUNTER, NULL,
      "Finished sync runs; cancelled ones are among the failed."},
     put_runs},
    {{P "sync_conflicts", EXPOSITION_COUNTER, NULL,
      "Files that both sides had changed."},
     put_conflicts},
    {{P "sync_bytes", EXPOSITION_COUNTER, "bytes",
      "Bytes sent to and received from the store by finished runs."},
     put_bytes},
    {{P "sync_progress_ratio", EXPOSITION_GAUGE, "ratio",
      "Share of the run under way that is done, 0 to 1; absent between runs."},
     put_progress},
    {{P "sync_last_success_timestamp_seconds", EXPOSITION_GAUGE, "seconds",
      "Unix time of the last successful sync; 0: never."},
     put_success},
    {{P "sync_last_duration_seconds", EXPOSITION_GAUGE, "seconds",
      "How long the last finished run took."},
     put_duration},
    {{P "sync_last_error", EXPOSITION_GAUGE, NULL,
      "1 with the error code of the last run; absent when it went well."},
     put_error},
    {{P "sync_next_run_timestamp_seconds", EXPOSITION_GAUGE, "seconds",
      "Unix time of the next planned run; absent when none is planned."},
     put_next},
    {{P "sync_failures_in_a_row", EXPOSITION_GAUGE, NULL,
      "Runs that failed since the last one that went well."},
     put_failures},
    {{P "sync_overdue", EXPOSITION_GAUGE, NULL,
      "1 when there was no success for twice the interval, and for at least"
      " five minutes."},
     put_overdue},
    {{P "bus_ingest_lost", EXPOSITION_COUNTER, NULL,
      "Messages of the engine that did not reach the aggregator."},
     put_ingest_lost},
    {{P "bus_relay_lost", EXPOSITION_COUNTER, NULL,
      "Messages about the engine that the aggregator relayed and that did not"
      " reach this gateway."},
     put_relay_lost},
};

static void
put_bus(struct exposition *x, const struct harvest *h)
{
    static const struct exposition_family up = {
        P "bus_up", EXPOSITION_GAUGE, NULL,
        "1 while the aggregator is heard of and its snapshot is here."};
    static const struct exposition_family refused = {
        P "bus_refused", EXPOSITION_COUNTER, NULL,
        "Messages that the aggregator refused."};

    exposition_family(x, &up);
    exposition_uint(x, (const struct exposition_label[]){{NULL, NULL}},
                    h->bus_up);
    exposition_family(x, &refused);
    for (enum refusal i = 0; i < REFUSAL_COUNT; i++) {
        const struct exposition_label labels[] = {{"reason", refusal_token(i)},
                                                  {NULL, NULL}};

        exposition_uint(x, labels, h->refused[i]);
    }
}

void
families_put(struct exposition *x, const struct harvest *h)
{
    put_bus(x, h);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exposition_family(x, &rows[i].family);
        for (size_t j = 0; j < h->count; j++)
            rows[i].put(x, &h->engines[j]);
    }
}
