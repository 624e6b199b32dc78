/*
 * switched.h - is synchronisation switched on?  A file `disabled` in the state
 * folder says no, so that it stays off after a restart or a power cut.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_SWITCHED_H
#define SERVICES_SYNC_ENGINE_STATE_SWITCHED_H

#include <stdbool.h>

/* On unless the file is there.  Returns 0, or -errno with *on false. */
int switched_load(bool *on, int dir_fd);

/* Returns 0 once it is on the disk, or -errno and nothing changed for sure. */
int switched_save(bool on, int dir_fd);

#endif
