#include "services/runtime/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IPC_PATH_MAX 107 /* bytes: sun_path without its NUL */

static bool
has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* True for a host name, an address, "*" or a bracketed IPv6 address. */
static bool
is_host(const char *host, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    char text[ENDPOINT_MAX];
    struct in6_addr address;

    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    if (strcmp(text, "*") == 0)
        return true;
    if (text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = '\0';
        return inet_pton(AF_INET6, text + 1, &address) == 1;
    }
    return strspn(text, allowed) == len;
}

static bool
is_port(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 5 && strspn(text, "0123456789") == len &&
           strtol(text, NULL, 10) >= 1 && strtol(text, NULL, 10) <= 65535;
}

/* Split "tcp://host:port"; NULL when there is no port.  *len is the host's. */
static const char *
find_port(const char *endpoint, const char **host, size_t *len)
{
    const char *colon = strrchr(endpoint, ':');

    *host = endpoint + strlen("tcp://");
    if (colon == NULL || colon < *host)
        return NULL;
    *len = (size_t)(colon - *host);
    return colon + 1;
}

static int
write_endpoint(char out[ENDPOINT_MAX], const char *base, const char *tail)
{
    int n = snprintf(out, ENDPOINT_MAX, "%s%s", base, tail);

    if (n < 0 || n >= ENDPOINT_MAX)
        return -ENAMETOOLONG;
    if (has_prefix(out, "ipc://") &&
        strlen(out) - strlen("ipc://") > IPC_PATH_MAX)
        return -ENAMETOOLONG;
    return 0;
}

static int
write_three(struct endpoints *out, const char *base, const char *const tails[3])
{
    struct endpoints e;
    int rc = write_endpoint(e.ingest, base, tails[0]);

    if (rc == 0)
        rc = write_endpoint(e.feed, base, tails[1]);
    if (rc == 0)
        rc = write_endpoint(e.control, base, tails[2]);
    if (rc == 0)
        *out = e;
    return rc;
}

static int
default_base(char out[ENDPOINT_MAX])
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here changes it */
    const char *folder = getenv("XDG_RUNTIME_DIR");
    int n;

    if (geteuid() == 0) {
        n = snprintf(out, ENDPOINT_MAX, "ipc:///run/syncbus");
    } else if (folder != NULL && folder[0] == '/') {
        n = snprintf(out, ENDPOINT_MAX, "ipc://%s/syncbus", folder);
    } else {
        /* cron and sudo set none: where a login would have it. */
        n = snprintf(out, ENDPOINT_MAX, "ipc:///run/user/%u/syncbus",
                     (unsigned)geteuid());
    }
    return n < ENDPOINT_MAX ? 0 : -ENAMETOOLONG;
}

int
endpoints_init(struct endpoints *out, const char *base)
{
    static const char *const ports[3] = {":7571", ":7572", ":7573"};
    static const char *const names[3] = {"/ingest", "/feed", "/control"};
    char text[ENDPOINT_MAX];
    size_t len;
    int rc;

    if (base == NULL) {
        rc = default_base(text);
        return rc != 0 ? rc : write_three(out, text, names);
    }
    len = strlen(base);
    if (has_prefix(base, "tcp://")) {
        return is_host(base + 6, len - 6) ? write_three(out, base, ports)
                                          : -EINVAL;
    }
    if (!has_prefix(base, "ipc:///") || len >= sizeof text)
        return len >= sizeof text ? -ENAMETOOLONG : -EINVAL;
    while (len > strlen("ipc:///") && base[len - 1] == '/')
        len--;
    if (len == strlen("ipc:///"))
        return -EINVAL; /* not in the root folder */
    memcpy(text, base, len);
    text[len] = '\0';
    return write_three(out, text, names);
}

static bool
is_loopback(const char *host, size_t len)
{
    char text[ENDPOINT_MAX];
    struct in_addr v4;
    struct in6_addr v6;

    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    if (strcmp(text, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (text[0] != '[' || text[len - 1] != ']')
        return false;
    text[len - 1] = '\0';
    return inet_pton(AF_INET6, text + 1, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool
endpoint_is_local(const char *endpoint)
{
    const char *host;
    size_t len;

    if (has_prefix(endpoint, "ipc://"))
        return true;
    return has_prefix(endpoint, "tcp://") &&
           find_port(endpoint, &host, &len) != NULL && is_loopback(host, len);
}

bool
endpoint_is_valid(const char *endpoint)
{
    const char *host, *port;
    size_t len = strlen(endpoint);

    if (len >= ENDPOINT_MAX)
        return false;
    if (has_prefix(endpoint, "ipc:///")) {
        return len > strlen("ipc:///") && endpoint[len - 1] != '/' &&
               len - strlen("ipc://") <= IPC_PATH_MAX;
    }
    if (!has_prefix(endpoint, "tcp://"))
        return false;
    port = find_port(endpoint, &host, &len);
    return port != NULL && is_port(port) && is_host(host, len);
}

int
endpoint_folder(char out[ENDPOINT_MAX], const char *endpoint)
{
    const char *path = endpoint + strlen("ipc://"), *slash;
    size_t len;

    if (!has_prefix(endpoint, "ipc:///") || strlen(endpoint) >= ENDPOINT_MAX)
        return -EINVAL;
    slash = strrchr(path, '/');
    len = slash == path ? 1 : (size_t)(slash - path);
    memcpy(out, path, len);
    out[len] = '\0';
    return 0;
}
