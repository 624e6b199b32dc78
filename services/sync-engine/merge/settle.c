#include "services/sync-engine/merge/settle.h"

static enum settle_latest
choose_latest(const struct settle_input *in)
{
    if (!in->data_changed)
        return in->joining && !in->cloud_empty ? SETTLE_CLOUD : SETTLE_LOCAL;
    return in->local_changed ? SETTLE_MERGED : SETTLE_CLOUD;
}

struct settlement
settle(const struct settle_input *in)
{
    return (struct settlement){
        .latest = choose_latest(in),
        .publish = !in->download_only && (in->local_changed || in->cloud_empty),
    };
}
