#include "services/sync-engine/bus/identity.h"

#include "proto/wire.h"
#include "services/runtime/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Same key and same place are the same repository, on whatever device. */
static void
fill_fingerprint(struct state *s, const struct identity_options *opt)
{
    char fingerprint[KEY_FINGERPRINT_MAX];
    char *path = realpath(opt->local_path, NULL);
    char *place;

    if (path == NULL ||
        asprintf(&place, "local:%s/%s", path, opt->cloud_name) < 0)
        place = NULL;
    free(path);
    if (place == NULL)
        return;
    if (key_fingerprint(fingerprint, opt->key, place) == 0) {
        (void)snprintf(s->repo, sizeof s->repo, "%s", fingerprint);
        s->has |= STATE_HAS_REPO;
    }
    free(place);
}

void
identity_fill(struct state *out, const struct identity_options *opt)
{
    *out = (struct state){
        .minor = STATE_MINOR,
        .epoch_us = clock_wall_us(),
        .ttl_ms = STATE_TTL_MS,
        .name = opt->enabled ? STATE_IDLE : STATE_DISABLED,
        .enabled = opt->enabled,
        .synced_at_ms = opt->history->synced_at_ms,
        .has = STATE_HAS_ENABLED | STATE_HAS_PROVIDER | STATE_HAS_CLOUD |
               STATE_HAS_SYNCED | STATE_HAS_NEXT | STATE_HAS_FAILURES |
               STATE_HAS_COUNTS | STATE_HAS_INFO,
    };
    /* Zero would do: the epoch alone nearly always differs. */
    if (getrandom(&out->instance, sizeof out->instance, 0) < 0)
        out->instance = 0;
    (void)snprintf(out->provider, sizeof out->provider, "local");
    wire_text_copy(out->cloud, sizeof out->cloud, opt->cloud_name);
    if (opt->history->any) {
        out->last = opt->history->last;
        out->has |= STATE_HAS_LAST;
    }
    fill_fingerprint(out, opt);
    wire_text_copy(out->info.host, sizeof out->info.host, opt->host);
    wire_text_copy(out->info.os, sizeof out->info.os, "linux");
    wire_text_copy(out->info.version, sizeof out->info.version,
                   SYNCBUS_VERSION);
    wire_text_copy(out->info.name, sizeof out->info.name, opt->id);
}
