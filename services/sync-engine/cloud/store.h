/*
 * store.h - where a repository is kept: the one interface of every store.
 *
 * A store maps keys to bytes.  Keys are relative paths ("objects/ab/cd...",
 * "refs/latest", "lock-sync"); what the bytes mean is nobody's business here.
 * Every implementation passes tests/support/store_conformance.h.
 *
 * Returns of all functions: 0; a negative value, with *f filled (its cause
 * names the key and holds the store's own words); or one of the positive
 * outcomes below where a function documents it.
 * Threads: a store may be used by several threads at once.
 */
#ifndef SERVICES_SYNC_ENGINE_CLOUD_STORE_H
#define SERVICES_SYNC_ENGINE_CLOUD_STORE_H

#include "services/sync-engine/cloud/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes in bytes, with the NUL. */
#define STORE_KEY_MAX  256
#define STORE_NAME_MAX 64 /* of a cloud directory */

#define STORE_ABSENT  1 /* there is nothing under this key */
#define STORE_PRESENT 2 /* put without STORE_REPLACE: it was there already */

enum store_flag {
    STORE_SEQUENCE_REFS = 1 << 0, /* wants refs/latest-<n>-<id> as well */
    STORE_CHECK_INDEX = 1 << 1,   /* wants check indexes */
    STORE_IS_DISK = 1 << 2,       /* what is available is free disk space */
};

enum store_put_flag {
    STORE_REPLACE = 1 << 0, /* overwrite; else an existing object stays */
    STORE_DURABLE = 1 << 1, /* on disk before the call returns */
};

/* What to store: size bytes at data, or the file `path` below dir_fd. */
struct store_body {
    const void *data; /* NULL: a file */
    size_t size;
    int dir_fd;
    const char *path;
};

/* Bytes of ours: data is followed by a NUL that size does not count. */
struct store_buffer {
    char *data; /* NULL: nothing; else free() it */
    size_t size;
};

struct store;

/* Called once per object; a negative return ends the listing with it. */
typedef int (*store_name_fn)(void *ctx, const char *name);

/* What an implementation fills; sweep may be NULL. */
struct store_ops {
    int (*put)(struct store *s, const char *key, const struct store_body *body,
               unsigned flags, struct fault *f);
    int (*get)(struct store *s, const char *key, size_t max,
               struct store_buffer *out, struct fault *f);
    int (*del)(struct store *s, const char *key, struct fault *f);
    int (*exists)(struct store *s, const char *key, struct fault *f);
    int (*list)(struct store *s, const char *prefix, store_name_fn fn,
                void *ctx, struct fault *f);
    int (*available)(struct store *s, uint64_t *bytes, struct fault *f);
    int (*flush)(struct store *s, struct fault *f);
    int (*sweep)(struct store *s, struct fault *f);
    void (*close)(struct store *s);
};

struct store {
    const struct store_ops *ops;
    unsigned flags; /* enum store_flag */
};

/*
 * Store body under key, completely or not at all: no reader ever sees half.
 * Without STORE_REPLACE an existing object wins: STORE_PRESENT.  An empty one
 * is what a power cut left: it counts as absent, here and in listings.
 */
int store_put(struct store *s, const char *key, const struct store_body *body,
              unsigned flags, struct fault *f);

/*
 * Read a whole object of at most max bytes (more: CODE_NOT_FOUND, damaged).
 * STORE_ABSENT and failures leave *out empty.
 */
int store_get(struct store *s, const char *key, size_t max,
              struct store_buffer *out, struct fault *f);

/* Delete; an absent object is success. */
int store_del(struct store *s, const char *key, struct fault *f);

/* 0 or STORE_ABSENT. */
int store_exists(struct store *s, const char *key, struct fault *f);

/* Name every object below prefix ("x/", all depths), relative to it. */
int store_list(struct store *s, const char *prefix, store_name_fn fn, void *ctx,
               struct fault *f);

/* Bytes that may still be stored; UINT64_MAX when the store cannot tell. */
int store_available(struct store *s, uint64_t *bytes, struct fault *f);

/* Barrier: on success everything put before survives a power cut. */
int store_flush(struct store *s, struct fault *f);

/* Remove what a killed run of ours left half-written; under the cloud lock. */
int store_sweep(struct store *s, struct fault *f);

/* NULL is fine. */
void store_close(struct store *s);

/* May this be the name of a cloud directory?  dejavu-format.md 7.1. */
bool store_name_is_valid(const char *name);

#endif
