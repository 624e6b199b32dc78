#include "proto/state.h"

#include "proto/field.h"

#include <errno.h>

#define AT(member)   FIELD_AT(state, member)
#define UINT(member) FIELD_NUMBER(state, member)
#define TEXT(member) FIELD_STRING(state, member)
#define HEX(member)                                                            \
    .kind = FIELD_HEX, .bound = sizeof((struct state *)0)->member, AT(member)
#define PAIR(member) .kind = FIELD_UINTS, .bound = 2, AT(member)
#define REQUIRED     .need = FIELD_REQUIRED

/* `ru` and `pr` are known together or not at all; on the wire they are two. */
#define HAS_RUN_UP      (UINT32_C(1) << 30)
#define HAS_PROGRESS_UP (UINT32_C(1) << 31)
#define HAS_BOTH        (HAS_RUN_UP | HAS_PROGRESS_UP)

/* PAIR() reads the two members as an array. */
_Static_assert(sizeof(struct state_count) == 2 * sizeof(uint64_t), "packed");

static const char *const tokens[STATE_NAME_COUNT] = {
    [STATE_DISABLED] = "disabled", [STATE_IDLE] = "idle",
    [STATE_QUEUED] = "queued",     [STATE_SYNCING] = "syncing",
    [STATE_ERROR] = "error",       [STATE_BYE] = "bye",
};

#define COUNTS_UINT(member) FIELD_NUMBER(state_counts, member)

static const struct field counts_fields[] = {
    {"ok", COUNTS_UINT(ok)},
    {"err", COUNTS_UINT(failed)},
    {"cf", COUNTS_UINT(conflicts)},
    {"tx", COUNTS_UINT(sent_bytes)},
    {"rx", COUNTS_UINT(received_bytes)},
};

static const struct field_table counts_table = FIELD_TABLE(counts_fields);

#define INFO_TEXT(member) FIELD_STRING(state_info, member)

static const struct field info_fields[] = {
    {"host", INFO_TEXT(host)},
    {"os", INFO_TEXT(os)},
    {"ver", INFO_TEXT(version)},
    {"name", INFO_TEXT(name)},
};

static const struct field_table info_table = FIELD_TABLE(info_fields);

static const struct field fields[] = {
    {"v", UINT(minor), REQUIRED},
    {"e", UINT(epoch_us), REQUIRED},
    {"i", .kind = FIELD_UINT32, AT(instance), REQUIRED},
    {"q", UINT(seq), REQUIRED},
    {"ts", UINT(sent_at_ms), REQUIRED},
    {"up", UINT(up_ms), REQUIRED},
    {"ttl", UINT(ttl_ms), REQUIRED},
    {"st", .kind = FIELD_WORD, .bound = STATE_NAME_COUNT, .tokens = tokens,
     AT(name), REQUIRED},
    {"ph", TEXT(phase), .has = STATE_HAS_PHASE},
    {"run", UINT(run), .has = STATE_HAS_RUN},
    {"ru", UINT(run_up_ms), .has = HAS_RUN_UP},
    {"pr", UINT(progress_up_ms), .has = HAS_PROGRESS_UP},
    {"n", PAIR(items), .has = STATE_HAS_ITEMS},
    {"b", PAIR(bytes), .has = STATE_HAS_BYTES},
    {"pm", .kind = FIELD_UINT, .bound = STATE_PERMILLE, AT(permille),
     .has = STATE_HAS_PERMILLE},
    {"bps", UINT(bytes_per_second), .has = STATE_HAS_RATE},
    {"it", TEXT(item), .has = STATE_HAS_ITEM},
    {"msg", TEXT(msg), .has = STATE_HAS_MSG},
    {"en", .kind = FIELD_BOOL, AT(enabled), .has = STATE_HAS_ENABLED},
    {"prov", TEXT(provider), .has = STATE_HAS_PROVIDER},
    {"cloud", TEXT(cloud), .has = STATE_HAS_CLOUD},
    {"rp", HEX(repo), .has = STATE_HAS_REPO},
    {"hd", HEX(head), .has = STATE_HAS_HEAD},
    {"sync", UINT(synced_at_ms), .has = STATE_HAS_SYNCED},
    {"last", .kind = FIELD_MAP, .table = &state_last_table, AT(last),
     .has = STATE_HAS_LAST},
    {"nx", UINT(next_at_ms), .has = STATE_HAS_NEXT},
    {"fl", UINT(failures), .has = STATE_HAS_FAILURES},
    {"cnt", .kind = FIELD_MAP, .table = &counts_table, AT(counts),
     .has = STATE_HAS_COUNTS},
    {"inf", .kind = FIELD_MAP, .table = &info_table, AT(info),
     .has = STATE_HAS_INFO},
};

static const struct field_table table = FIELD_TABLE(fields);

const char *
state_token(enum state_name name)
{
    return name < STATE_NAME_COUNT ? tokens[name] : "";
}

int
state_encode(const struct state *s, void *buf, size_t cap)
{
    uint32_t has = s->has & ~HAS_BOTH;

    if (s->name == STATE_SYNCING || (has & STATE_HAS_RUN_TIMES) != 0)
        has |= HAS_BOTH;
    return field_encode(&table, s, has, buf,
                        cap < STATE_WIRE_MAX ? cap : STATE_WIRE_MAX);
}

/* Turn the two wire bits into the one of the struct. */
static int
judge_run_times(struct state *s)
{
    bool both = (s->has & HAS_BOTH) == HAS_BOTH;

    if (s->name == STATE_SYNCING && !both)
        return -EBADMSG;
    s->has &= ~HAS_BOTH;
    if (both) {
        s->has |= STATE_HAS_RUN_TIMES;
    } else {
        s->run_up_ms = s->progress_up_ms = 0;
    }
    return 0;
}

int
state_decode(struct state *out, const void *buf, size_t len)
{
    struct state s = {.minor = 0};
    int rc;

    if (len > STATE_WIRE_MAX)
        return -EBADMSG;
    rc = field_decode(&table, &s, &s.has, buf, len);
    if (rc == 0)
        rc = judge_run_times(&s);
    if (rc == 0)
        *out = s;
    return rc;
}

uint64_t
state_digest(const void *buf, size_t len)
{
    static const char *const fleeting[] = {"q", "ts", "up", NULL};

    return wire_digest(buf, len, fleeting);
}

static int
compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int
state_compare(const struct state *a, const struct state *b)
{
    int order = compare(a->epoch_us, b->epoch_us);

    if (order == 0)
        order = compare(a->instance, b->instance);
    if (order == 0)
        order = compare(a->seq, b->seq);
    return order;
}
