#include "services/state-aggregator/bucket.h"

/* The peer's own, a free one, or that of the quietest. */
static struct bucket *
find(struct buckets *b, uint64_t peer)
{
    struct bucket *best = &b->peers[0];

    for (int i = 0; i < BUCKET_PEERS; i++) {
        struct bucket *p = &b->peers[i];

        if (p->is_used && p->peer == peer)
            return p;
        if (best->is_used && (!p->is_used || p->seen_at_ms < best->seen_at_ms))
            best = p;
    }
    return best;
}

struct bucket *
bucket_of(struct buckets *b, const struct bucket_rule *rule, uint64_t peer,
          uint64_t now_ms)
{
    struct bucket *p = find(b, peer);
    uint64_t passed_ms = now_ms - p->seen_at_ms;

    if (!p->is_used || p->peer != peer) {
        *p = (struct bucket){.peer = peer, .credit = rule->max};
    } else if (passed_ms > (uint64_t)((rule->max - p->credit) / rule->per_ms)) {
        p->credit = rule->max;
    } else {
        p->credit += (int64_t)passed_ms * rule->per_ms;
    }
    p->is_used = true;
    p->seen_at_ms = now_ms;
    return p;
}

uint64_t
bucket_hash(const void *data, size_t len)
{
    const unsigned char *p = data;
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(1099511628211);
    return h;
}

void
bucket_forget(struct buckets *b, uint64_t mark)
{
    for (int i = 0; i < BUCKET_PEERS; i++) {
        if (b->peers[i].is_used && b->peers[i].mark == mark)
            b->peers[i].is_used = false;
    }
}
