/*
 * state_has.h - bits of state.has: which optional fields are known.
 */
#ifndef PROTO_STATE_HAS_H
#define PROTO_STATE_HAS_H

enum state_has {
    STATE_HAS_PHASE = 1 << 0,
    STATE_HAS_RUN = 1 << 1,
    STATE_HAS_RUN_TIMES = 1 << 2, /* run_up_ms and progress_up_ms */
    STATE_HAS_ITEMS = 1 << 3,
    STATE_HAS_BYTES = 1 << 4,
    STATE_HAS_PERMILLE = 1 << 5,
    STATE_HAS_RATE = 1 << 6,
    STATE_HAS_ITEM = 1 << 7,
    STATE_HAS_MSG = 1 << 8,
    STATE_HAS_ENABLED = 1 << 9,
    STATE_HAS_PROVIDER = 1 << 10,
    STATE_HAS_CLOUD = 1 << 11,
    STATE_HAS_REPO = 1 << 12,
    STATE_HAS_HEAD = 1 << 13,
    STATE_HAS_SYNCED = 1 << 14,
    STATE_HAS_LAST = 1 << 15,
    STATE_HAS_NEXT = 1 << 16,
    STATE_HAS_FAILURES = 1 << 17,
    STATE_HAS_COUNTS = 1 << 18,
    STATE_HAS_INFO = 1 << 19,
};

#endif
