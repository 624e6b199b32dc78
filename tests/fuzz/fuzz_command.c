#include "proto/command.h"
#include "tests/fuzz/message.h"

MESSAGE_FUZZ_TARGET(command, COMMAND_WIRE_MAX)
