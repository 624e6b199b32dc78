#include "proto/beat.h"
#include "tests/fuzz/message.h"

MESSAGE_FUZZ_TARGET(beat, BEAT_WIRE_MAX)
