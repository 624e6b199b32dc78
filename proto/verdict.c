#include "proto/verdict.h"

#include "proto/field.h"

#include <errno.h>

#define AT(member)   .offset = offsetof(struct verdict, member)
#define UINT(member) .kind = FIELD_UINT, .bound = WIRE_INT_MAX, AT(member)
#define REQUIRED     .need = FIELD_REQUIRED

static const char *const tokens[] = {
    [VERDICT_ON] = "on",
    [VERDICT_OFF] = "off",
    [VERDICT_DUP] = "dup",
};

#define TOKENS (sizeof tokens / sizeof *tokens)

static const struct field fields[] = {
    {"h", .kind = FIELD_TEXT, .bound = TOPIC_ID_MAX, AT(hub), REQUIRED},
    {"he", UINT(hub_epoch), REQUIRED},
    {"r", UINT(relay), REQUIRED},
    {"live", .kind = FIELD_WORD, .bound = TOKENS, .tokens = tokens, AT(live),
     REQUIRED},
    {"age", UINT(age_ms), REQUIRED},
    {"lost", UINT(lost), REQUIRED},
};

static const struct field_table table = {
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
};

const char *
verdict_live_token(enum verdict_live live)
{
    return live < TOKENS ? tokens[live] : "";
}

int
verdict_encode(const struct verdict *v, void *buf, size_t cap)
{
    struct wire_writer w;

    wire_writer_init(&w, buf, cap < VERDICT_WIRE_MAX ? cap : VERDICT_WIRE_MAX);
    field_put_map(&w, &table, v, 0);
    return wire_writer_end(&w);
}

int
verdict_decode(struct verdict *out, const void *buf, size_t len)
{
    struct wire_reader r;
    struct verdict v = {.relay = 0};
    uint32_t has;
    int rc = wire_reader_init(&r, buf, len);

    if (rc != 0)
        return rc;
    rc = field_get_map(&table, &v, &has, &r.map);
    wire_reader_clear(&r);
    if (rc == 0 && !topic_is_id(v.hub))
        rc = -EBADMSG;
    if (rc == 0)
        *out = v;
    return rc;
}
