/*
 * workspace.h - is this a SiYuan workspace, and does a kernel run in it?
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_WORKSPACE_H
#define SERVICES_SYNC_ENGINE_CONFIG_WORKSPACE_H

/*
 * Returns 0 when path is a folder with a data/ folder that can be read;
 * -ENOENT or -ENOTDIR when it is not, -EACCES when it may not be read, ...
 */
int workspace_check(const char *path);

#define WORKSPACE_BUSY 1 /* a running kernel holds the workspace's lock */

/*
 * Look at <path>/.lock without touching it.  Returns 0, WORKSPACE_BUSY, or
 * -errno when that cannot be told.
 */
int workspace_is_busy(const char *path);

#endif
