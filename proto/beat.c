#include "proto/beat.h"

#include "proto/field.h"

#include <errno.h>

#define AT(member)   FIELD_AT(beat, member)
#define UINT(member) FIELD_NUMBER(beat, member)
#define REQUIRED     .need = FIELD_REQUIRED

#define HAS_PART  1u
#define HAS_PARTS 2u

static const char *const reasons[REFUSAL_COUNT] = {
    [REFUSAL_IDENTITY] = "identity", [REFUSAL_FRAMES] = "frames",
    [REFUSAL_TOPIC] = "topic",       [REFUSAL_SIZE] = "size",
    [REFUSAL_MESSAGE] = "message",   [REFUSAL_RATE] = "rate",
    [REFUSAL_FULL] = "full",         [REFUSAL_OLD] = "old",
    [REFUSAL_TWIN] = "twin",
};

static const struct field fields[] = {
    {"v", UINT(minor), REQUIRED},
    {"e", UINT(epoch_us), REQUIRED},
    {"i", .kind = FIELD_UINT32, AT(instance), REQUIRED},
    {"q", UINT(seq), REQUIRED},
    {"ts", UINT(sent_at_ms), REQUIRED},
    {"up", UINT(up_ms), REQUIRED},
    {"ttl", UINT(ttl_ms), REQUIRED},
    {"n", UINT(engines), REQUIRED},
    {"on", UINT(on), REQUIRED},
    {"off", UINT(off), REQUIRED},
    {"dup", UINT(dup), REQUIRED},
    {"drop", .kind = FIELD_COUNTS, .bound = REFUSAL_COUNT, .tokens = reasons,
     AT(drop)},
    {"part", UINT(part), .has = HAS_PART},
    {"parts", UINT(parts), .has = HAS_PARTS},
};

static const struct field_table table = FIELD_TABLE(fields);

const char *
refusal_token(enum refusal reason)
{
    return reason < REFUSAL_COUNT ? reasons[reason] : "";
}

int
beat_encode(const struct beat *b, void *buf, size_t cap)
{
    return field_encode(&table, b, b->parts == 0 ? 0 : HAS_PART | HAS_PARTS,
                        buf, cap < BEAT_WIRE_MAX ? cap : BEAT_WIRE_MAX);
}

/* "part k of n": both or neither, 1 <= k <= n. */
static bool
is_part_sane(const struct beat *b, uint32_t has)
{
    if (has == 0)
        return true;
    return has == (HAS_PART | HAS_PARTS) && b->part >= 1 && b->part <= b->parts;
}

int
beat_decode(struct beat *out, const void *buf, size_t len)
{
    struct beat b = {.minor = 0};
    uint32_t has;
    int rc = field_decode(&table, &b, &has, buf, len);

    if (rc == 0 && !is_part_sane(&b, has))
        rc = -EBADMSG;
    if (rc == 0)
        *out = b;
    return rc;
}
