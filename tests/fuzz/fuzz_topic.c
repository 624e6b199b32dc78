/*
 * What parses as a topic formats to the same bytes; what does not leaves the
 * output alone.  Any text becomes an id.
 */
#include "proto/topic.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Byte by byte, padding too: nothing at all was written. */
static bool
is_same(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static void
check_topic(const uint8_t *data, size_t size)
{
    struct topic t, before;
    char text[TOPIC_MAX];
    int len;

    memset(&t, 0x5a, sizeof t);
    before = t;
    if (topic_parse(&t, data, size) != 0) {
        assert(is_same(&t, &before, sizeof t));
        return;
    }
    if (t.kind == TOPIC_SNAPSHOT) {
        len = topic_format_snapshot(text, t.nonce, t.filter);
    } else {
        len = topic_format(text, t.kind, t.id);
    }
    assert(len > 0 && (size_t)len == size);
    assert(memcmp(text, data, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256] = "", id[TOPIC_ID_MAX];

    check_topic(data, size);
    memcpy(text, data, size < sizeof text ? size : sizeof text - 1);
    topic_make_id(id, text);
    assert(topic_is_id(id));
    return 0;
}
