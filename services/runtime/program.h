/*
 * program.h - the one shape of every main: options, setup, run, teardown.
 */
#ifndef SERVICES_RUNTIME_PROGRAM_H
#define SERVICES_RUNTIME_PROGRAM_H

#include "services/runtime/options.h"

/*
 * Exit codes of every program: 0 asked to stop or done, 1 failed at run time,
 * 2 wrong usage or configuration.
 */
/* Outcome of setup: configuration is wrong, exit 2. */
#define PROGRAM_CONFIG 1
/* Outcome of run: only now was it seen to be wrong usage, exit 2. */
#define PROGRAM_USAGE 2

struct program {
    struct option_table table;
    void *options; /* the struct the table fills */
    void *self;    /* passed to the three steps; "all nothing" at first */
    /*
     * setup opens everything and returns 0, PROGRAM_CONFIG after it has said
     * in one line what is wrong, or -errno.  stop_fd stays ours.
     */
    int (*setup)(void *self, const void *options, int stop_fd);
    /*
     * run blocks until asked to stop: 0, -errno, or after it has said what is
     * wrong PROGRAM_USAGE or another positive outcome (exit 1).
     */
    int (*run)(void *self);
    /* teardown accepts every half-built state. */
    void (*teardown)(void *self);
};

/* As many open files as the machine lets this process have. */
void program_raise_descriptors(void);

/* Returns the exit code. */
int program_main(const struct program *program, int argc, char *argv[]);

#endif
