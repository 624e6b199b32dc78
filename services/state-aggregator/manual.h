/*
 * manual.h - what the man page says beside the table of options.
 */
#ifndef SERVICES_STATE_AGGREGATOR_MANUAL_H
#define SERVICES_STATE_AGGREGATOR_MANUAL_H

#include "services/runtime/option_man.h"

extern const struct option_manual manual_aggregator;

#endif
