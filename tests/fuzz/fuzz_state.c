#include "proto/state.h"
#include "tests/fuzz/message.h"

MESSAGE_FUZZ_TARGET(state, STATE_WIRE_MAX)
