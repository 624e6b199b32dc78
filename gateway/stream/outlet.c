#include "gateway/stream/outlet.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void
set_rest(struct outlet *o, const struct outlet_part *part, size_t sent)
{
    struct outlet_part rest = *part;

    rest.owner = shared_text_keep(rest.owner);
    rest.data += sent;
    rest.len -= sent;
    shared_text_drop(o->rest.owner);
    o->rest = rest;
}

/* Bytes sent; 0 when the socket is full. */
static ssize_t
send_once(int fd, struct iovec *vector, size_t count)
{
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = count};
    ssize_t n;

    do {
        n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0
                                                                       : -errno;
}

/* Which parts were begun, when sent bytes went out beyond the rest. */
static int
account(struct outlet *o, const struct outlet_part *parts, size_t count,
        size_t sent)
{
    for (size_t i = 0; i < count; i++) {
        if (sent >= parts[i].len) {
            sent -= parts[i].len;
            continue;
        }
        o->is_blocked = true;
        if (sent == 0)
            return (int)i;
        set_rest(o, &parts[i], sent);
        return (int)i + 1;
    }
    return (int)count;
}

static int
begin(struct outlet *o, const struct outlet_part *parts, size_t count,
      struct iovec vector[OUTLET_PARTS_MAX + 1])
{
    int n = 0;

    /* sendmsg() only reads: the casts take away const, nothing else. */
    if (o->rest.len > 0)
        vector[n++] = (struct iovec){(void *)o->rest.data, o->rest.len};
    for (size_t i = 0; i < count; i++)
        vector[n++] = (struct iovec){(void *)parts[i].data, parts[i].len};
    return n;
}

int
outlet_send(struct outlet *o, const struct outlet_part *parts, size_t count,
            uint64_t now_ms)
{
    struct iovec vector[OUTLET_PARTS_MAX + 1];
    int n = begin(o, parts, count, vector);
    bool was_blocked = o->is_blocked;
    size_t sent;
    ssize_t rc;

    if (n == 0) {
        o->is_blocked = false;
        return 0;
    }
    rc = send_once(o->fd, vector, (size_t)n);
    if (rc < 0)
        return (int)rc;
    if (rc > 0 || !was_blocked)
        o->blocked_at_ms = now_ms;
    sent = (size_t)rc;
    o->is_blocked = false;
    if (sent < o->rest.len) {
        o->is_blocked = true;
        o->rest.data += sent;
        o->rest.len -= sent;
        return 0;
    }
    sent -= o->rest.len;
    outlet_clear(o);
    return account(o, parts, count, sent);
}

void
outlet_clear(struct outlet *o)
{
    shared_text_drop(o->rest.owner);
    o->rest = (struct outlet_part){0};
}
