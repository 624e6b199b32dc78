#include "proto/command.h"

#include "proto/field.h"

#include <errno.h>
#include <string.h>

#define AT(member)   FIELD_AT(command, member)
#define UINT(member) FIELD_NUMBER(command, member)
#define REQUIRED     .need = FIELD_REQUIRED

#define HAS_DIR (UINT32_C(1) << 31) /* on the wire only */

static const char *const tokens[COMMAND_COUNT] = {
    [COMMAND_SYNC] = "sync",           [COMMAND_CANCEL] = "cancel",
    [COMMAND_ENABLE] = "enable",       [COMMAND_DISABLE] = "disable",
    [COMMAND_RUNS] = "runs",           [COMMAND_CHANGES] = "changes",
    [COMMAND_CONFLICTS] = "conflicts",
};

static const char *const dirs[COMMAND_DIR_COUNT] = {
    [COMMAND_BOTH] = "both",
    [COMMAND_UPLOAD] = "upload",
    [COMMAND_DOWNLOAD] = "download",
};

static const struct field fields[] = {
    {"v", UINT(minor), REQUIRED},
    {"cmd", .kind = FIELD_WORD, .bound = COMMAND_COUNT, .tokens = tokens,
     AT(name), REQUIRED},
    {"dir", .kind = FIELD_WORD, .bound = COMMAND_DIR_COUNT, .tokens = dirs,
     AT(dir), .has = HAS_DIR},
    {"run", UINT(run), .has = COMMAND_HAS_RUN},
    {"after", UINT(after), .has = COMMAND_HAS_AFTER},
};

static const struct field_table table = FIELD_TABLE(fields);

const char *
command_token(enum command_name name)
{
    return name < COMMAND_COUNT ? tokens[name] : "";
}

const char *
command_dir_token(enum command_dir dir)
{
    return dir < COMMAND_DIR_COUNT ? dirs[dir] : "";
}

int
command_dir_parse(enum command_dir *out, const char *token)
{
    int found = field_find_token(dirs, COMMAND_DIR_COUNT, token);

    if (found < 0)
        return -EINVAL;
    *out = (enum command_dir)found;
    return 0;
}

int
command_encode(const struct command *c, void *buf, size_t cap)
{
    uint32_t has = c->has | (c->name == COMMAND_SYNC ? HAS_DIR : 0);

    return field_encode(&table, c, has, buf,
                        cap < COMMAND_WIRE_MAX ? cap : COMMAND_WIRE_MAX);
}

/* A newer operator may know commands that we do not. */
static bool
is_unknown_command(const msgpack_object *map)
{
    char token[33];

    return wire_get_str(wire_find(map, "cmd"), token, sizeof token) == 0 &&
           field_find_token(tokens, COMMAND_COUNT, token) < 0;
}

static int
read_map(struct command *c, const msgpack_object *map)
{
    int rc;

    if (is_unknown_command(map))
        return -ENOTSUP;
    rc = field_get_map(&table, c, &c->has, map);
    if (rc != 0)
        return rc;
    c->has &= ~HAS_DIR;
    if (c->name == COMMAND_CHANGES && (c->has & COMMAND_HAS_RUN) == 0)
        return -EBADMSG;
    return 0;
}

int
command_decode(struct command *out, const void *buf, size_t len)
{
    struct wire_reader r;
    struct command c = {.minor = 0};
    int rc = wire_reader_init(&r, buf, len);

    if (rc != 0)
        return rc;
    rc = read_map(&c, &r.map);
    wire_reader_clear(&r);
    if (rc == 0)
        *out = c;
    return rc;
}

bool
command_is_request_id(const void *buf, size_t len)
{
    const char *hex = "0123456789abcdefABCDEF";
    const char *p = buf;

    if (len != COMMAND_ID_MAX - 1)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '\0' || strchr(hex, p[i]) == NULL)
            return false;
    }
    return true;
}

void
command_format_request_id(char out[COMMAND_ID_MAX],
                          const unsigned char random[16])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = hex[random[i] >> 4];
        out[2 * i + 1] = hex[random[i] & 0x0f];
    }
    out[COMMAND_ID_MAX - 1] = '\0';
}
