#include "gateway/http/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static const unsigned char v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

int
address_parse(struct address *out, const char *text, size_t len)
{
    char copy[INET6_ADDRSTRLEN];
    struct address a;

    if (len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL)
        return -EINVAL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET6, copy, a.bytes) != 1) {
        memcpy(a.bytes, v4_prefix, sizeof v4_prefix);
        if (inet_pton(AF_INET, copy, a.bytes + sizeof v4_prefix) != 1)
            return -EINVAL;
    }
    *out = a;
    return 0;
}

bool
address_is_equal(const struct address *a, const struct address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool
address_is_loopback(const struct address *a)
{
    static const unsigned char v6[16] = {[15] = 1};

    if (memcmp(a->bytes, v4_prefix, sizeof v4_prefix) == 0)
        return a->bytes[12] == 127;
    return memcmp(a->bytes, v6, sizeof v6) == 0;
}

/* A host without port or brackets. */
static bool
is_local_name(const char *name, size_t len)
{
    static const char localhost[] = "localhost";
    size_t n = sizeof localhost - 1;
    struct address a;

    if (len > n && name[len - n - 1] == '.')
        return strncasecmp(name + len - n, localhost, n) == 0;
    if (len == n && strncasecmp(name, localhost, n) == 0)
        return true;
    return address_parse(&a, name, len) == 0 && address_is_loopback(&a);
}

static bool
is_port(const char *text)
{
    size_t len = strspn(text, "0123456789");

    return text[len] == '\0' && len <= 5;
}

bool
address_is_local_host(const char *host)
{
    const char *end;

    if (host[0] == '[') {
        end = strchr(host, ']');
        return end != NULL &&
               (end[1] == '\0' || (end[1] == ':' && is_port(end + 2))) &&
               is_local_name(host + 1, (size_t)(end - host) - 1);
    }
    end = strchr(host, ':');
    if (end == NULL)
        return is_local_name(host, strlen(host));
    return is_port(end + 1) && is_local_name(host, (size_t)(end - host));
}

bool
address_is_local_origin(const char *origin)
{
    if (strncasecmp(origin, "http://", 7) == 0)
        return address_is_local_host(origin + 7);
    if (strncasecmp(origin, "https://", 8) == 0)
        return address_is_local_host(origin + 8);
    return false;
}

/* The last element of a comma-separated list; *len shrinks to what is left. */
static const char *
pop_last(const char *list, size_t *len, size_t *element_len)
{
    size_t end = *len, start;

    while (end > 0 && isspace((unsigned char)list[end - 1]))
        end--;
    start = end;
    while (start > 0 && list[start - 1] != ',')
        start--;
    *len = start > 0 ? start - 1 : 0;
    while (start < end && isspace((unsigned char)list[start]))
        start++;
    *element_len = end - start;
    return list + start;
}

static bool
is_trusted(const struct address *a, const struct address *trusted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (address_is_equal(a, &trusted[i]))
            return true;
    }
    return false;
}

int
address_of_client(struct address *out, const char *forwarded_for,
                  const struct address *trusted, size_t count)
{
    size_t left = strlen(forwarded_for), len;
    struct address a;

    do {
        const char *text = pop_last(forwarded_for, &left, &len);

        if (address_parse(&a, text, len) != 0)
            return -EINVAL;
    } while (left > 0 && is_trusted(&a, trusted, count));
    *out = a;
    return 0;
}
