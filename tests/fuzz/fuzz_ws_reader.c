/*
 * What a WebSocket client sends: however it is cut, the same happens, texts
 * are UTF-8 and bounded, and behind a close there is nothing.  The first byte
 * says where to cut.
 */
#include "gateway/stream/ws_reader.h"
#include "proto/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define HAPPENED_MAX 4096

/* What happened, boiled down. */
struct happened {
    size_t count;
    struct {
        enum ws_event_kind kind;
        enum ws_code code;
        size_t len;
        unsigned sum;
    } event[HAPPENED_MAX];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_end(const struct happened *h)
{
    return h->count > 0 && h->event[h->count - 1].kind >= WS_EVENT_CLOSE;
}

static void
take_all(struct ws_reader *r, struct happened *h)
{
    struct ws_event e;

    while (!is_end(h) && h->count < HAPPENED_MAX &&
           ws_reader_take(r, &e) == 1) {
        unsigned sum = 0;

        assert(e.len <= WS_FRAME_PAYLOAD_MAX);
        assert(e.kind == WS_EVENT_TEXT || e.len <= 125);
        if (e.kind == WS_EVENT_TEXT)
            assert(utf8_is_valid((const unsigned char *)e.payload, e.len));
        for (size_t i = 0; i < e.len; i++)
            sum = sum * 31 + (unsigned char)e.payload[i];
        h->event[h->count].kind = e.kind;
        h->event[h->count].code = e.code;
        h->event[h->count].len = e.len;
        h->event[h->count++].sum = sum;
    }
}

/* In pieces of so many bytes. */
static void
read_all(struct happened *h, const uint8_t *data, size_t size, size_t piece)
{
    struct ws_reader r = {0};

    h->count = 0;
    for (size_t i = 0; i < size && !is_end(h); i += piece) {
        assert(ws_reader_put(&r, data + i,
                             size - i < piece ? size - i : piece) == 0);
        take_all(&r, h);
        assert(r.len - r.used <=
               WS_FRAME_PAYLOAD_MAX + WS_FRAME_HEAD_MAX + piece);
    }
    ws_reader_clear(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct happened whole, cut;

    if (size < 2)
        return 0;
    read_all(&whole, data + 1, size - 1, size);
    read_all(&cut, data + 1, size - 1, 1 + data[0] % 16U);
    assert(whole.count == cut.count);
    for (size_t i = 0; i < whole.count; i++) {
        assert(whole.event[i].kind == cut.event[i].kind);
        assert(whole.event[i].code == cut.event[i].code);
        assert(whole.event[i].len == cut.event[i].len);
        assert(whole.event[i].sum == cut.event[i].sum);
    }
    return 0;
}
