/*
 * shed.h - connections for which there is no descriptor left are turned away.
 *
 * libzmq 4.3.4 ends the process when accepting a connection on an ipc socket
 * fails for want of descriptors (ipc_listener.cpp: EMFILE is not in its list),
 * and tries again without a pause on a tcp socket.  So the program has an
 * accept4() of its own, which libzmq finds before that of the C library: it
 * keeps one descriptor in reserve, takes the connection with it, closes it,
 * and says ECONNABORTED.  The peer sees the end of its connection and tries
 * again later; whoever is connected notices nothing.
 */
#ifndef SERVICES_STATE_AGGREGATOR_SHED_H
#define SERVICES_STATE_AGGREGATOR_SHED_H

#include <stdint.h>

/* Take the reserve, once, before the first socket.  Returns 0, or -errno. */
int shed_open(void);

/* Connections turned away since the start.  Any thread. */
uint64_t shed_count(void);

#endif
