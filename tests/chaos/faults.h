/*
 * faults.h - a system call that may be made to fail.  See faults.c.
 *
 * Threads: call from any.
 */
#ifndef TESTS_CHAOS_FAULTS_H
#define TESTS_CHAOS_FAULTS_H

#include <stdbool.h>

#define FAULTS_ARGS_MAX 5

/* One call.  Without a path it is about the open file fd. */
struct faults_call {
    const char *name; /* in the log */
    int fd;           /* or the folder that path starts from */
    const char *path;
    int to_fd;
    const char *to;  /* the second path, or NULL */
    bool is_write;   /* args[1], args[2]: bytes and their number */
    bool needs_room; /* fails when the disk is full */
    long number;     /* of the system call */
    long args[FAULTS_ARGS_MAX];
};

/* Read instead of the kernel's boot id, or NULL. */
extern const char *faults_boot_file;

/*
 * Count the call, do to it what the settings say, carry it out, log it.
 *
 * Returns what the C library's function would, with errno.  May change c.
 */
long faults_carry_out(struct faults_call *c);

/* The same about c->fd, which becomes the first argument; what is no file and
   no folder is carried out uncounted. */
long faults_on_open_file(struct faults_call *c);

#endif
