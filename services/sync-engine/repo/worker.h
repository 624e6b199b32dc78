/*
 * worker.h - what one thread needs to turn files into objects and back:
 * contexts of the cipher, zstd and the chunker, and its buffers, made once.
 *
 * Threads: a struct worker belongs to one thread at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_WORKER_H
#define SERVICES_SYNC_ENGINE_REPO_WORKER_H

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/chunker.h"
#include "services/sync-engine/repo/cipher.h"
#include "services/sync-engine/repo/pack.h"

struct worker {
    struct cipher *cipher;
    struct pack *pack;
    struct chunker *chunker; /* NULL until a large file comes */
    struct buffer plain;     /* what is read from the workspace */
    struct buffer sealed;    /* what is written to or read from the store */
    struct buffer text;      /* JSON of records */
    struct buffer chunks;    /* ids (struct oid) of the current file */
};

/*
 * Prepare w.  Returns 0, or -ENOMEM or -EIO; w may be cleared either way.
 */
int worker_init(struct worker *w, const struct repo_key *key);

/* Make or reset the chunker for a new file.  Returns 0, or -ENOMEM. */
int worker_chunker(struct worker *w);

/* Release everything; {0} is fine. */
void worker_clear(struct worker *w);

#endif
