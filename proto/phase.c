#include "proto/phase.h"

#include <string.h>

static const char *const tokens[PHASE_COUNT] = {
    [PHASE_NONE] = "",
    [PHASE_WALK] = "walk",
    [PHASE_LOAD] = "load",
    [PHASE_INDEX] = "index",
    [PHASE_LOCK] = "lock",
    [PHASE_FETCH_REF] = "fetch-ref",
    [PHASE_FETCH_INDEX] = "fetch-index",
    [PHASE_FETCH_FILES] = "fetch-files",
    [PHASE_FETCH_CHUNKS] = "fetch-chunks",
    [PHASE_SEND_CHUNKS] = "send-chunks",
    [PHASE_SEND_FILES] = "send-files",
    [PHASE_CHECKOUT] = "checkout",
    [PHASE_REMOVE] = "remove",
    [PHASE_SEND_INDEX] = "send-index",
    [PHASE_UNLOCK] = "unlock",
    [PHASE_PURGE] = "purge",
};

const char *
phase_token(enum phase phase)
{
    return phase < PHASE_COUNT ? tokens[phase] : "";
}

enum phase
phase_find(const char *token)
{
    for (enum phase p = PHASE_WALK; p < PHASE_COUNT; p++) {
        if (strcmp(tokens[p], token) == 0)
            return p;
    }
    return PHASE_NONE;
}
