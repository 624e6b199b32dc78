#include "gateway/http/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static int
value_of(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = c != '\0' ? strchr(alphabet, c) : NULL;

    return place != NULL ? (int)(place - alphabet) : -1;
}

/* One quantum of four characters, of which the last pad are '='. */
static int
decode_four(unsigned char out[3], const char *text, size_t pad)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - pad ? value_of(text[i]) : 0;

        if (value < 0)
            return -EINVAL;
        bits = bits << 6 | (uint32_t)value;
    }
    out[0] = (unsigned char)(bits >> 16);
    out[1] = (unsigned char)(bits >> 8);
    out[2] = (unsigned char)bits;
    return 0;
}

int
base64_decode(char *out, size_t cap, const char *text)
{
    size_t len = strlen(text), n = 0, pad = 0;

    if (len % 4 != 0)
        return -EINVAL;
    while (pad < 2 && len > pad && text[len - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < len; i += 4) {
        size_t cut = i + 4 == len ? pad : 0;
        unsigned char bytes[3];

        if (decode_four(bytes, text + i, cut) != 0 || n + 3 - cut > cap)
            return -EINVAL;
        memcpy(out + n, bytes, 3 - cut);
        n += 3 - cut;
    }
    return (int)n;
}
