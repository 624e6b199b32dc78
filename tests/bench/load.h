/*
 * load.h - what the roles of bus_load share.  One thread.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

#define LOAD_ENGINES_MAX 10000
#define LOAD_NAME        "load-%05u" /* id of engine number n */
#define LOAD_WAIT_MS     10000       /* for anything that should be there */

struct load_settings {
    const char *role, *via, *ingest, *feed;
    long engines, rate, times;
};

struct load {
    const struct load_settings *settings;
    int stop_fd;
    void *context;
    void **sockets;     /* one per engine */
    uint64_t *sequence; /* likewise */
    uint64_t epoch_us;
    uint64_t started_ms;
};

/* Each returns 0 when stopped or done, or -errno. */
int load_run_engines(struct load *l);
int load_run_reader(struct load *l);
int load_run_join(struct load *l);

#endif
