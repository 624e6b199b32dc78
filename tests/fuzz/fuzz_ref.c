/*
 * Whatever stands in refs/latest: an id whose 40 characters are there, or
 * damage.  Never an empty store.
 */
#include "services/sync-engine/run/remote.h"
#include "tests/fuzz/one_object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct one_object object = {
        .store = {.ops = &one_object_ops}, .data = data, .size = size};
    const struct remote remote = {.store = &object.store};
    char hex[OID_HEX_MAX];
    struct fault f = {0};
    struct oid id;
    int rc = remote_read_latest(&remote, &id, &f);

    if (rc == 0) {
        (void)oid_to_hex(&id, hex);
        assert(memmem(data, size, hex, OID_HEX_LEN) != NULL);
    } else {
        assert(rc < 0 && f.code == CODE_NOT_FOUND && f.cause[0] != '\0');
    }
    return 0;
}
