/*
 * memory_store.h - a store in memory for tests: remembers what was asked, in
 * order, and fails where a test wants it to.  Threads: any.
 */
#ifndef TESTS_SUPPORT_MEMORY_STORE_H
#define TESTS_SUPPORT_MEMORY_STORE_H

#include "services/sync-engine/cloud/store.h"

struct memory_store;

/* Aborts the test when out of memory. */
struct store *memory_store_new(void);

/*
 * From now on the operation ("put", "get", "del", "exists", "flush") on a key
 * that starts with prefix fails with code, after `skip` successful ones.
 * One rule at a time; op NULL removes it.
 */
void memory_store_fail(struct store *s, const char *op, const char *prefix,
                       enum code code, unsigned skip);

/* Called before each put with its key; NULL: none. */
void memory_store_on_put(struct store *s,
                         void (*fn)(void *ctx, const char *key), void *ctx);

/* What was asked: "put objects/ab/cd", "flush", ...; NULL behind the end. */
const char *memory_store_op(struct store *s, size_t i);
void memory_store_forget_ops(struct store *s);

/* The object's bytes with a NUL behind them, or NULL. */
const char *memory_store_find(struct store *s, const char *key);

/* Store text under key behind everybody's back. */
void memory_store_set(struct store *s, const char *key, const char *text);

/* What store_available() says from now on (UINT64_MAX at first). */
void memory_store_set_available(struct store *s, uint64_t bytes);

#endif
