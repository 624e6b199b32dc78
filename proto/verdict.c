#include "proto/verdict.h"

#include "proto/field.h"

#include <errno.h>

#define AT(member)   FIELD_AT(verdict, member)
#define UINT(member) FIELD_NUMBER(verdict, member)
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

static const struct field_table table = FIELD_TABLE(fields);

const char *
verdict_live_token(enum verdict_live live)
{
    return live < TOKENS ? tokens[live] : "";
}

int
verdict_encode(const struct verdict *v, void *buf, size_t cap)
{
    return field_encode(&table, v, 0, buf,
                        cap < VERDICT_WIRE_MAX ? cap : VERDICT_WIRE_MAX);
}

int
verdict_decode(struct verdict *out, const void *buf, size_t len)
{
    struct verdict v = {.relay = 0};
    uint32_t has;
    int rc = field_decode(&table, &v, &has, buf, len);

    if (rc == 0 && !topic_is_id(v.hub))
        rc = -EBADMSG;
    if (rc == 0)
        *out = v;
    return rc;
}
