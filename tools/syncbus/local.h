/*
 * local.h - `doctor` looks at this machine: sockets, and the folders of an
 * engine.  Changes nothing.
 */
#ifndef TOOLS_SYNCBUS_LOCAL_H
#define TOOLS_SYNCBUS_LOCAL_H

#include "tools/syncbus/judge.h"
#include "tools/syncbus/settings.h"

/* The folder of an ipc address: whose it is, who may use it. */
void local_check_socket(struct judge *j, const char *endpoint);

/* --state, --workspace and --local-path, those that were given. */
void local_check_folders(struct judge *j, const struct settings *settings);

#endif
