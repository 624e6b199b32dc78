#include "tools/sample/size.h"

#include <errno.h>
#include <string.h>

int
size_parse(uint64_t *out, const char *text)
{
    static const char units[] = "KMG";
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    uint64_t value = 0;
    unsigned shift = 0;

    if (digits == 0 || digits > 13)
        return -EINVAL;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (*unit != '\0') {
        const char *found = strchr(units, *unit);

        if (found == NULL || unit[1] != '\0')
            return -EINVAL;
        shift = 10 * (unsigned)(found - units + 1);
    }
    if (value > SIZE_BYTES_MAX >> shift)
        return -EINVAL;
    *out = value << shift;
    return 0;
}
