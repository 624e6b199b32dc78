#include "tools/syncbus/hue.h"

const char *
hue_begin(enum hue hue)
{
    static const char *const sequences[HUE_COUNT] = {
        [HUE_PLAIN] = "",         [HUE_BOLD] = "\x1b[1m",
        [HUE_DIM] = "\x1b[2m",    [HUE_RED] = "\x1b[31m",
        [HUE_GREEN] = "\x1b[32m", [HUE_YELLOW] = "\x1b[33m",
        [HUE_BLUE] = "\x1b[34m",
    };

    return sequences[hue];
}

enum hue
hue_of(enum copy_shown shown)
{
    static const enum hue hues[COPY_SHOWN_COUNT] = {
        [COPY_IDLE] = HUE_GREEN,   [COPY_QUEUED] = HUE_BLUE,
        [COPY_SYNCING] = HUE_BLUE, [COPY_ERROR] = HUE_RED,
        [COPY_DISABLED] = HUE_DIM, [COPY_STALLED] = HUE_YELLOW,
        [COPY_OFFLINE] = HUE_RED,  [COPY_UNKNOWN] = HUE_YELLOW,
    };

    return hues[shown];
}
