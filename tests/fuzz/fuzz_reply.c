#include "proto/reply.h"
#include "tests/fuzz/message.h"

MESSAGE_FUZZ_TARGET(reply, REPLY_WIRE_MAX)
