/*
 * manual.h - what the man page says beside the table of options.
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_MANUAL_H
#define SERVICES_SYNC_ENGINE_CONFIG_MANUAL_H

#include "services/runtime/option_man.h"

extern const struct option_manual manual_engine;

#endif
