/*
 * disk.h - files that appear complete or not at all: written next to their
 * name as "<name><7 of [a-z0-9]>.tmp" (section 3.1) and renamed.
 *
 * Names are relative to a directory descriptor.  Nothing here logs: the
 * caller can say what the file was for.
 * Threads: any; a struct disk_file belongs to one.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_DISK_H
#define SERVICES_SYNC_ENGINE_REPO_DISK_H

#include "services/sync-engine/repo/buffer.h"

#include <stddef.h>

#define DISK_NAME_MAX 64 /* bytes of a name below the folder, with the NUL */
#define DISK_TEMP_MAX (DISK_NAME_MAX + 11)

struct disk_file {
    int dir_fd;
    int fd; /* -1: nothing open */
    char name[DISK_NAME_MAX];
    char temp[DISK_TEMP_MAX];
};

/* Begin a file.  Returns 0, or -errno and *f needs no disk_discard(). */
int disk_create(struct disk_file *f, int dir_fd, const char *name);

/* Returns 0, or -errno; f then still wants disk_discard(). */
int disk_append(struct disk_file *f, const void *data, size_t len);

/* Write all of it at the descriptor's place.  Returns 0, or -errno. */
int disk_write_all(int fd, const void *data, size_t len);

/*
 * Give the file its name, over what has it now.  Returns 0, or -errno with
 * the temporary file removed; f is closed either way.
 */
int disk_commit(struct disk_file *f);

/*
 * The same, and both the content and the name survive a power cut.
 */
int disk_commit_durable(struct disk_file *f);

/* Close and remove the temporary file; closed ones are fine. */
void disk_discard(struct disk_file *f);

/* All of it at once: create, append, commit (durable). */
int disk_write(int dir_fd, const char *name, const void *data, size_t len);
int disk_write_durable(int dir_fd, const char *name, const void *data,
                       size_t len);

/*
 * Read a whole file of at most max bytes into *out, over what it held.
 *
 * Returns 0, -ENOENT, -EFBIG over max, or -errno.
 */
int disk_read(int dir_fd, const char *name, struct buffer *out, size_t max);

/* The same, following a symbolic link. */
int disk_read_followed(int dir_fd, const char *name, struct buffer *out,
                       size_t max);

/* Called with a file's name; a negative return ends the listing with it. */
typedef int (*disk_name_fn)(void *ctx, int dir_fd, const char *name);

/*
 * Call fn for each entry of the folder, which may unlink it; the folder may be
 * missing.  Returns 0, what fn returned, or -errno.
 */
int disk_list(int dir_fd, const char *folder, disk_name_fn fn, void *ctx);

/* Remove the temporary files in the folder.  Returns 0, or -errno. */
int disk_sweep(int dir_fd, const char *folder);

/* Make a folder unless it is there.  Returns 0, or -errno. */
int disk_make_folder(int dir_fd, const char *name);

#endif
