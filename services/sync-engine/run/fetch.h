/*
 * fetch.h - bring objects of the store that are missing here into the
 * repository, several at a time.
 *
 * Nothing of the store is believed: an object is decrypted, unpacked within
 * bounds, and its id recomputed, before it is kept.
 * Threads: one fetch at a time for one repository; it has its own workers.
 */
#ifndef SERVICES_SYNC_ENGINE_RUN_FETCH_H
#define SERVICES_SYNC_ENGINE_RUN_FETCH_H

#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/repo/index_record.h"
#include "services/sync-engine/repo/repo.h"
#include "services/sync-engine/run/plan.h"

#include <stdatomic.h>
#include <stdbool.h>

struct fetch_options {
    struct store *store;
    struct repo *repo; /* repo_begin() was called */
    unsigned workers;
    bool key_known; /* the index proved our key: what does not open is bad */
    const atomic_bool *cancel; /* looked at before each object; or NULL */
    int (*should_stop)(void *ctx, struct fault *f); /* negative: stop */
    /* An object is here; called by any worker. */
    void (*on_fetched)(void *ctx, const struct plan_object *object);
    void *ctx;
};

struct fetch_count {
    uint64_t objects, bytes; /* as they came from the store */
};

/*
 * List the file objects of an index that are not in the repository; `file` of
 * each is its place in the index.
 *
 * Returns 0 and *out, whose objects the caller frees; or -errno with *p
 * filled.
 */
int fetch_find_files(struct plan_list *out, struct repo *r,
                     const struct index_record *index, struct problem *p);

/*
 * List the chunks of files that are not in the repository.  size_bytes is a
 * guess, made of the size of the file.  Returns as fetch_find_files().
 */
int fetch_find_chunks(struct plan_list *out, struct repo *r,
                      const struct file_list *files, struct problem *p);

/*
 * Bring all objects of a list here: file objects, or chunks.
 *
 * Returns 0 with all of them in the repository, not yet durable; or the first
 * failure with *f filled and no worker running any more: CODE_NOT_FOUND names
 * an object that is missing or damaged, CODE_KEY_MISMATCH, CODE_UNSAFE_PATH,
 * CODE_DISK_FULL, CODE_CANCELLED, or what the store said.  *got is right in
 * both cases.
 */
int fetch_files(const struct fetch_options *opt, const struct plan_list *list,
                struct fetch_count *got, struct fault *f);
int fetch_chunks(const struct fetch_options *opt, const struct plan_list *list,
                 struct fetch_count *got, struct fault *f);

/* Files of ours whose ids the store has, too. */
struct fetch_rivals {
    const struct file_list *ours; /* `file` of an object is a place in it */
    bool *differs; /* for each of ours; set where the store's is another */
};

/*
 * Bring file objects that are here already, and replace ours where the store's
 * has another content: one path edited in one second on two devices has one id
 * (10.1, 3).  Returns as fetch_files().
 */
int fetch_rivals(const struct fetch_options *opt, const struct plan_list *list,
                 const struct fetch_rivals *rivals, struct fault *f);

#endif
