#include "proto/verdict.h"
#include "tests/fuzz/message.h"

MESSAGE_FUZZ_TARGET(verdict, VERDICT_WIRE_MAX)
