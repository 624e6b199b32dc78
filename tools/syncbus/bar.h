/*
 * bar.h - one engine on one line of `watch`, exactly as wide as allowed:
 *
 *   nas.notes  syncing   [########------------]  42%  send chunks 12/40 ...
 *   laptop     idle      synced 3 min ago, next in 20 s
 *
 * Pure.
 */
#ifndef TOOLS_SYNCBUS_BAR_H
#define TOOLS_SYNCBUS_BAR_H

#include "services/bus-client/copy.h"

#include <stdbool.h>
#include <stddef.h>

#define BAR_LINE_MAX 4096

struct bar_frame {
    size_t width;    /* of the terminal, in columns */
    size_t id_width; /* of the widest id */
    uint64_t wall_ms;
    bool hues;
};

/* Write the line, without its end. */
void bar_line(char out[BAR_LINE_MAX], const struct copy_engine *e,
              const struct bar_frame *frame);

#endif
