#include "services/sync-engine/repo/emit.h"

#include "services/sync-engine/repo/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int
emit_raw(struct buffer *out, const char *text)
{
    return buffer_append(out, text, strlen(text));
}

/* The two-character escapes, or NULL for none. */
static const char *
short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* How to write the character of `step` bytes at p when it does not stand for
 * itself, or NULL when it does.  room holds an answer that is made up. */
static const char *
escape(const char *p, size_t step, char room[8])
{
    unsigned char c = (unsigned char)*p;

    if (step == 0)
        return "\\ufffd";
    if (c >= 0x80) {
        if (step == 3 && memcmp(p, "\xe2\x80\xa8", 3) == 0)
            return "\\u2028";
        if (step == 3 && memcmp(p, "\xe2\x80\xa9", 3) == 0)
            return "\\u2029";
        return NULL;
    }
    if (short_escape(c) != NULL)
        return short_escape(c);
    if (c >= 0x20 && c != '<' && c != '>' && c != '&')
        return NULL;
    (void)snprintf(room, 8, "\\u%04x", (unsigned)c);
    return room;
}

int
emit_text(struct buffer *out, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;
    size_t start = 0; /* of the run that stands for itself */
    int rc = emit_raw(out, "\"");

    for (size_t i = 0; rc == 0 && i < len;) {
        size_t step = path_utf8_step(text + i, len - i);
        char room[8];
        const char *instead = escape(text + i, step, room);
        size_t next = i + (step != 0 ? step : 1);

        if (instead != NULL) {
            rc = buffer_append(out, text + start, i - start);
            if (rc == 0)
                rc = emit_raw(out, instead);
            start = next;
        }
        i = next;
    }
    if (rc == 0 && start < len)
        rc = buffer_append(out, text + start, len - start);
    return rc == 0 ? emit_raw(out, "\"") : rc;
}

int
emit_int(struct buffer *out, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    return emit_raw(out, text);
}

int
emit_oid(struct buffer *out, const struct oid *id)
{
    char text[OID_HEX_MAX + 2] = "\"";

    oid_to_hex(id, text + 1);
    text[1 + OID_HEX_LEN] = '"';
    return buffer_append(out, text, 2 + OID_HEX_LEN);
}

int
emit_oids(struct buffer *out, const struct oid *ids, size_t count)
{
    int rc = emit_raw(out, "[");

    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (i != 0)
            rc = emit_raw(out, ",");
        if (rc == 0)
            rc = emit_oid(out, &ids[i]);
    }
    return rc == 0 ? emit_raw(out, "]") : rc;
}
