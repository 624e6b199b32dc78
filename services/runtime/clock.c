#include "services/runtime/clock.h"

#include <assert.h>
#include <time.h>

static uint64_t
read_ns(clockid_t id)
{
    struct timespec t = {0};
    int rc = clock_gettime(id, &t);

    assert(rc == 0);
    (void)rc;
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t
read_us(clockid_t id)
{
    return read_ns(id) / 1000;
}

uint64_t
clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

uint64_t
clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

uint64_t
clock_monotonic_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t
clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t
clock_boot_ms(void)
{
    return read_us(CLOCK_BOOTTIME) / 1000;
}
