/*
 * What is taken from a conf.json is within its bounds; what is refused leaves
 * the output alone and says why.
 */
#include "services/sync-engine/cloud/store.h"
#include "services/sync-engine/config/siyuan_conf.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct siyuan_conf out;
    struct siyuan_conf before;
    char why[SIYUAN_CONF_WHY_MAX] = "";
    int rc;

    memset(&before, 0x5a, sizeof before);
    memcpy(&out, &before, sizeof out);
    rc = siyuan_conf_parse(&out, (const char *)data, size, why);
    if (rc < 0) {
        assert(memcmp(&out, &before, sizeof out) == 0);
        assert(why[0] != '\0');
        return 0;
    }
    assert(store_name_is_valid(out.cloud_name));
    assert(memchr(out.endpoint, '\0', sizeof out.endpoint) != NULL);
    assert(siyuan_provider_name(out.provider) != NULL);
    return 0;
}
