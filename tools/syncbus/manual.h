/*
 * manual.h - what the man page of syncbus says beside its tables.
 */
#ifndef TOOLS_SYNCBUS_MANUAL_H
#define TOOLS_SYNCBUS_MANUAL_H

#include "services/runtime/option_man.h"

extern const struct option_manual manual_syncbus, manual_status, manual_watch,
    manual_sync, manual_cancel, manual_log, manual_doctor, manual_completion;

#endif
