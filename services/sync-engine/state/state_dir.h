/*
 * state_dir.h - the state folder of one engine: made, locked, with the
 * device id in it.
 */
#ifndef SERVICES_SYNC_ENGINE_STATE_STATE_DIR_H
#define SERVICES_SYNC_ENGINE_STATE_STATE_DIR_H

#include <stddef.h>

#define STATE_DIR_DEVICE_MAX 33 /* 32 hex digits and the NUL */

struct state_dir {
    int fd;                            /* of the folder */
    int lock_fd;                       /* held while the engine lives */
    char device[STATE_DIR_DEVICE_MAX]; /* random, persistent */
};

#define STATE_DIR_NOTHING                                                      \
    {                                                                          \
        .fd = -1, .lock_fd = -1                                                \
    }

/*
 * Make the folder and its parents (0700) when missing, lock it, read or make
 * the device id.
 *
 * Returns 0; or -errno after a log line that names what is wrong (-EBUSY:
 * another engine has it, -EINVAL: the device id is damaged, ...).
 */
int state_dir_open(struct state_dir *s, const char *path);

/* Accepts every half-open state, STATE_DIR_NOTHING too. */
void state_dir_close(struct state_dir *s);

/*
 * Replace the file `name` by len bytes: temporary file, rename.  Not durable
 * by itself.  Returns 0 or -errno.
 */
int state_dir_write(int dir_fd, const char *name, const void *data, size_t len);

/* The same, on the disk before it is seen: a power cut leaves no empty file. */
int state_dir_write_durable(int dir_fd, const char *name, const void *data,
                            size_t len);

/*
 * Read a whole file of at most max bytes; *out is NUL-terminated and the
 * caller's to free.  Returns 0, or -errno (-ENOENT, -EFBIG, ...).
 */
int state_dir_read(int dir_fd, const char *name, size_t max, char **out,
                   size_t *len);

#endif
