#include "gateway/http/origin.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Without the port that a scheme has anyhow. */
static size_t
len_without(const char *host, const char *port)
{
    size_t len = strlen(host), port_len = strlen(port);

    if (len > port_len && strcmp(host + len - port_len, port) == 0)
        return len - port_len;
    return len;
}

bool
origin_is_of(const char *origin, const char *host)
{
    static const struct {
        const char *scheme, *port;
    } known[] = {{"http://", ":80"}, {"https://", ":443"}};

    for (size_t i = 0; host != NULL && i < 2; i++) {
        size_t scheme_len = strlen(known[i].scheme);
        size_t len = len_without(host, known[i].port);

        if (strncasecmp(origin, known[i].scheme, scheme_len) != 0)
            continue;
        origin += scheme_len;
        return len > 0 && len_without(origin, known[i].port) == len &&
               strncasecmp(origin, host, len) == 0;
    }
    return false;
}
