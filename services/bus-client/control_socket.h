/*
 * control_socket.h - the socket of an operator: commands out, replies in, as
 * frames (PROTOCOL.md, control).  Nothing here waits.
 *
 * Threads: the one that opened it.
 */
#ifndef SERVICES_BUS_CLIENT_CONTROL_SOCKET_H
#define SERVICES_BUS_CLIENT_CONTROL_SOCKET_H

#include "proto/command.h"

#include <stddef.h>
#include <zmq.h>

enum control_socket_frame {
    CONTROL_SOCKET_ENGINE,
    CONTROL_SOCKET_REQUEST,
    CONTROL_SOCKET_MAP,
};

/*
 * A socket that connects to endpoint, whether or not there is a hub.  Returns
 * 0 and *out, which goes to peer_close(); or -errno and NULL.
 */
int control_socket_open(void **out, void *context, const char *endpoint);

struct control_socket_command {
    const char *engine, *request;
    const void *map;
    size_t len;
};

/* 0; -EAGAIN when there is no hub now; -errno: the socket is of no use. */
int control_socket_send(void *socket, const struct control_socket_command *c);

/*
 * Read one message: its first frames; more of them are ignored.
 *
 * Returns how many frames there are, and the caller closes all of frames; 0
 * when there is nothing to read; or -errno: the socket is of no use.
 */
int control_socket_read(void *socket, zmq_msg_t frames[COMMAND_FRAMES]);

/* Close all of frames. */
void control_socket_drop(zmq_msg_t frames[COMMAND_FRAMES]);

#endif
