#include "services/bus-client/control_socket.h"

#include "services/runtime/peer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

int
control_socket_open(void **out, void *context, const char *endpoint)
{
    int rc;

    *out = peer_open(context, PEER_CONTROL_CLIENT, 0);
    if (*out == NULL)
        return -errno;
    rc = peer_connect(*out, endpoint);
    if (rc != 0) {
        peer_close(*out);
        *out = NULL;
    }
    return rc;
}

static int
send_frame(void *socket, const void *data, size_t len, int more)
{
    while (zmq_send(socket, data, len, ZMQ_DONTWAIT | more) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

int
control_socket_send(void *socket, const struct control_socket_command *c)
{
    int rc = send_frame(socket, c->engine, strlen(c->engine), ZMQ_SNDMORE);

    if (rc == 0)
        rc = send_frame(socket, c->request, strlen(c->request), ZMQ_SNDMORE);
    return rc != 0 ? rc : send_frame(socket, c->map, c->len, 0);
}

/* 1: there are more frames; 0; or -errno. */
static int
read_frame(void *socket, zmq_msg_t *frame)
{
    while (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return zmq_msg_more(frame) != 0;
}

int
control_socket_read(void *socket, zmq_msg_t frames[COMMAND_FRAMES])
{
    zmq_msg_t rest;
    int n = 0, rc = 1;

    for (int i = 0; i < COMMAND_FRAMES; i++)
        (void)zmq_msg_init(&frames[i]);
    (void)zmq_msg_init(&rest);
    while (rc > 0) {
        rc = read_frame(socket, n < COMMAND_FRAMES ? &frames[n] : &rest);
        n += rc >= 0;
    }
    (void)zmq_msg_close(&rest);
    if (rc == 0)
        return n;
    control_socket_drop(frames);
    return rc == -EAGAIN ? 0 : rc;
}

void
control_socket_drop(zmq_msg_t frames[COMMAND_FRAMES])
{
    for (int i = 0; i < COMMAND_FRAMES; i++)
        (void)zmq_msg_close(&frames[i]);
}
