/*
 * Whatever stands in lock-sync: it is taken, or a fault tells why not; what is
 * not ours is never deleted.
 */
#include "services/runtime/log.h"
#include "services/sync-engine/cloud/lock.h"
#include "tests/fuzz/one_object.h"

#define NOW UINT64_C(1700000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
wall_ms(void *ctx)
{
    (void)ctx;
    return NOW;
}

static int
wait_ms(void *ctx, unsigned ms)
{
    (void)ctx;
    (void)ms;
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct one_object object = {
        .store = {.ops = &one_object_ops}, .data = data, .size = size};
    struct lock lock = {
        .store = &object.store,
        .device = "us",
        .clock = {.wall_ms = wall_ms, .wait_ms = wait_ms},
    };
    struct fault f = {0};
    int rc;

    log_init("fuzz", LOG_ERROR, false);
    rc = lock_take(&lock, &f);
    assert(rc <= 0 && lock.held == (rc == 0));
    assert(rc == 0 || (f.code != CODE_OK && f.cause[0] != '\0'));
    assert(rc == 0 || !object.deleted);
    rc = lock_check(&lock, &f);
    lock_drop(&lock);
    assert(rc == 0 || !object.deleted);
    return 0;
}
