#include "services/sync-engine/repo/worker.h"

int
worker_init(struct worker *w, const struct repo_key *key)
{
    int rc;

    *w = (struct worker){0};
    rc = cipher_new(&w->cipher, key);
    if (rc == 0)
        rc = pack_new(&w->pack);
    return rc;
}

int
worker_chunker(struct worker *w)
{
    if (w->chunker == NULL)
        return chunker_new(&w->chunker);
    chunker_reset(w->chunker);
    return 0;
}

void
worker_clear(struct worker *w)
{
    cipher_free(w->cipher);
    pack_free(w->pack);
    chunker_free(w->chunker);
    buffer_clear(&w->plain);
    buffer_clear(&w->sealed);
    buffer_clear(&w->text);
    buffer_clear(&w->chunks);
    *w = (struct worker){0};
}
