#include "gateway/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOST_MAX 256

/* Split at the last colon.  Returns 0, or -EINVAL. */
static int
split(const char *text, char host[HOST_MAX], unsigned *port)
{
    const char *colon = strrchr(text, ':');
    size_t len, digits;

    if (colon == NULL)
        return -EINVAL;
    len = (size_t)(colon - text);
    digits = strlen(colon + 1);
    if (digits == 0 || digits > 5 || strspn(colon + 1, "0123456789") != digits)
        return -EINVAL;
    *port = (unsigned)strtoul(colon + 1, NULL, 10);
    if (text[0] == '[' && len > 2 && text[len - 1] == ']') {
        text++;
        len -= 2;
    } else if (text[0] == '[' || memchr(text, ':', len) != NULL) {
        return -EINVAL; /* IPv6 wants brackets, and something in them */
    }
    if (len == 0 || len >= HOST_MAX || *port > 65535)
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';
    return 0;
}

/* The first IPv4 address of a host, without a port. */
static int
resolve(struct sockaddr_in *out, const char *host)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM},
                    *found = NULL;

    if (getaddrinfo(host, NULL, &hints, &found) == 0) {
        memcpy(out, found->ai_addr, sizeof *out);
        freeaddrinfo(found);
        return 0;
    }
    hints.ai_family = AF_INET6;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return -ENOENT;
    freeaddrinfo(found);
    return -EAFNOSUPPORT;
}

int
listen_parse(struct listen_address *out, const char *text)
{
    struct listen_address a = {0};
    char host[HOST_MAX];
    int rc = split(text, host, &a.port);

    if (rc == 0)
        rc = resolve(&a.sockaddr, host);
    if (rc != 0)
        return rc;
    a.sockaddr.sin_port = htons((uint16_t)a.port);
    a.is_loopback = ntohl(a.sockaddr.sin_addr.s_addr) >> 24 == 127;
    if (inet_ntop(AF_INET, &a.sockaddr.sin_addr, a.host, sizeof a.host) == NULL)
        return -errno;
    *out = a;
    return 0;
}

int
listen_try(const struct listen_address *a)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1, rc = 0;

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&a->sockaddr, sizeof a->sockaddr) !=
            0 ||
        listen(fd, 1) != 0)
        rc = -errno;
    close(fd);
    return rc;
}
