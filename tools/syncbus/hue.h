/*
 * hue.h - the few colours of the terminal that are used, and for what.  Pure.
 */
#ifndef TOOLS_SYNCBUS_HUE_H
#define TOOLS_SYNCBUS_HUE_H

#include "services/bus-client/copy.h"

enum hue {
    HUE_PLAIN,
    HUE_BOLD,
    HUE_DIM,
    HUE_RED,
    HUE_GREEN,
    HUE_YELLOW,
    HUE_BLUE,
    HUE_COUNT,
};

#define HUE_END "\x1b[0m"

/* The sequence that starts it; "" for HUE_PLAIN. */
const char *hue_begin(enum hue hue);

/* The colour of a state. */
enum hue hue_of(enum copy_shown shown);

#endif
