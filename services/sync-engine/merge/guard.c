#include "services/sync-engine/merge/guard.h"

#include <stdint.h>

bool
guard_is_mass_delete(size_t removes, size_t files, unsigned percent)
{
    if (removes <= GUARD_FILES_MIN || percent >= 100)
        return false;
    return (uint64_t)removes * 100 > (uint64_t)files * percent;
}
