/*
 * one_file.h - a folder with one file, for decoders that open it themselves.
 * In memory where there is any; gone when the target ends well.
 */
#ifndef TESTS_FUZZ_ONE_FILE_H
#define TESTS_FUZZ_ONE_FILE_H

#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char one_file_folder[] = "/dev/shm/syncbus-fuzz-XXXXXX";
static const char *one_file_name;

static inline void
one_file_remove(void)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", one_file_folder, one_file_name);
    (void)unlink(path);
    *strrchr(path, '/') = '\0';
    (void)rmdir(path);
    (void)rmdir(one_file_folder); /* unless it was that one */
}

/* "name" or "folder/name". */
static inline int
one_file_make_folder(const char *name)
{
    const char *slash = strchr(name, '/');
    char inner[64];
    int fd;

    one_file_name = name;
    assert(mkdtemp(one_file_folder) != NULL);
    fd = open(one_file_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert(fd >= 0);
    if (slash != NULL) {
        (void)snprintf(inner, sizeof inner, "%.*s", (int)(slash - name), name);
        assert(mkdirat(fd, inner, 0700) == 0);
    }
    assert(atexit(one_file_remove) == 0);
    return fd;
}

/* The folder's descriptor, with the file written; name never changes. */
static inline int
one_file_write(const char *name, const uint8_t *data, size_t size)
{
    static int folder = -1;
    int fd;

    if (folder < 0)
        folder = one_file_make_folder(name);
    fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0);
    assert(write(fd, data, size) == (ssize_t)size);
    assert(close(fd) == 0);
    return folder;
}

#endif
