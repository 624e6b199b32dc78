/*
 * manual.h - what the man page says beside the table of options.
 */
#ifndef GATEWAY_MANUAL_H
#define GATEWAY_MANUAL_H

#include "services/runtime/option_man.h"

extern const struct option_manual manual_gateway;

#endif
