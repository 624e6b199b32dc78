/*
 * boot.h - SiYuan's boot, told of an engine: it is over once the first run
 * since the engine's start has ended.  Pure.
 */
#ifndef GATEWAY_SIYUAN_BOOT_H
#define GATEWAY_SIYUAN_BOOT_H

#include "services/bus-client/copy.h"

/* As performBootSync answers it in `code`. */
enum boot_state {
    BOOT_NEVER = -1, /* no run has ended since the start */
    BOOT_OK = 0,     /* one has, and well */
    BOOT_FAILED = 1, /* none has ended well */
};

enum boot_state boot_of(const struct state *s);

#define BOOT_PERCENT_STARTED                                                   \
    10 /* an engine is there; its first run is the rest */
#define BOOT_PERCENT_DONE 100

/*
 * How far the boot is, in percent: 0 without a word from the aggregator, 100
 * when the engine e has come through its first run, or rests.  e is NULL when
 * there is none.
 */
int boot_percent(const struct copy *c, const struct copy_engine *e);

#endif
