/*
 * The thread: poll, send what is due, read replies, end calls whose time is
 * over.  A call stands on the stack of its caller, who waits until the thread
 * says that it is done; the thread alone takes calls out of the list, so it
 * may look at one that it took without the lock.
 *
 * The socket is built anew after a timeout, when nothing at all was heard
 * since: then it may be the socket that is broken, not the engine that is
 * silent.  Calls still under way are sent again under their old request id,
 * which an engine that saw them answers with its old reply.
 */
#include "services/bus-client/control_socket.h"
#include "services/bus-client/operator_state.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"

#include <errno.h>
#include <unistd.h>
#include <zmq.h>

#define TICK_MS        1000
#define RETRY_MS       200 /* after a socket that could not be made */
#define REPORT_MS      60000
#define DRAIN_MESSAGES 100 /* per turn */

static struct call *
call_of(struct pending_call *pending)
{
    return (struct call *)pending;
}

/* The caller goes on: call is gone after this. */
static void
finish(struct operator_port *o, struct call *call, int rc)
{
    (void)pthread_mutex_lock(&o->lock);
    call->rc = rc;
    call->is_done = true;
    (void)pthread_cond_signal(&call->done);
    (void)pthread_mutex_unlock(&o->lock);
}

static struct call *
take(struct operator_port *o, const void *request, size_t len)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_take(&o->pending, request, len);
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

/* ---- the socket ---------------------------------------------------------- */

static void
drop_socket(struct operator_port *o)
{
    peer_close(o->socket);
    o->socket = NULL;
    (void)pthread_mutex_lock(&o->lock);
    pending_unsend(&o->pending);
    (void)pthread_mutex_unlock(&o->lock);
}

static void
complain(struct operator_port *o, int error)
{
    if (log_allowed(&o->broken_at_ms, clock_monotonic_ms(), REPORT_MS)) {
        log_line(LOG_ERROR, "%s: %s; trying again", o->opt.endpoint,
                 zmq_strerror(error));
    }
}

static void
open_socket(struct operator_port *o)
{
    int rc = control_socket_open(&o->socket, o->context, o->opt.endpoint);

    o->open_at_ms = clock_boot_ms();
    if (rc != 0)
        complain(o, -rc);
}

/* ---- sending ------------------------------------------------------------- */

static int
send_call(struct operator_port *o, const struct call *call)
{
    struct control_socket_command c = {.engine = call->engine,
                                       .request = call->pending.request,
                                       .map = call->map,
                                       .len = call->len};

    return control_socket_send(o->socket, &c);
}

static struct call *
next_to_send(struct operator_port *o)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_next(&o->pending, clock_boot_ms());
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

static int
send_due(struct operator_port *o)
{
    struct call *call;

    while ((call = next_to_send(o)) != NULL) {
        int rc = send_call(o, call);

        if (rc == -EAGAIN)
            return 0;
        if (rc != 0)
            return rc;
        (void)pthread_mutex_lock(&o->lock);
        pending_sent(&o->pending, &call->pending, clock_boot_ms());
        (void)pthread_mutex_unlock(&o->lock);
    }
    return 0;
}

/* ---- replies ------------------------------------------------------------- */

static void
take_reply(struct operator_port *o, zmq_msg_t frames[COMMAND_FRAMES])
{
    struct call *call = take(o, zmq_msg_data(&frames[CONTROL_SOCKET_REQUEST]),
                             zmq_msg_size(&frames[CONTROL_SOCKET_REQUEST]));
    int rc;

    if (call == NULL)
        return; /* too late, or the repetition of one that we had */
    rc = reply_decode(call->out, zmq_msg_data(&frames[CONTROL_SOCKET_MAP]),
                      zmq_msg_size(&frames[CONTROL_SOCKET_MAP]));
    if (rc == -EBADMSG) {
        if (log_allowed(&o->unreadable_at_ms, clock_monotonic_ms(),
                        REPORT_MS)) {
            log_line(LOG_WARN, "%s: a reply that this version cannot read",
                     call->engine);
        }
        reply_init(call->out, REPLY_INTERNAL);
        rc = 0;
    }
    finish(o, call, rc);
}

static int
read_replies(struct operator_port *o)
{
    zmq_msg_t frames[COMMAND_FRAMES];
    int n = 1;

    for (int i = 0; n > 0 && i < DRAIN_MESSAGES; i++) {
        n = control_socket_read(o->socket, frames);
        if (n <= 0)
            break;
        o->heard_at_ms = clock_boot_ms();
        if (n >= COMMAND_FRAMES)
            take_reply(o, frames);
        control_socket_drop(frames);
    }
    return n < 0 ? n : 0;
}

/* ---- the end of calls ---------------------------------------------------- */

static struct call *
next_overdue(struct operator_port *o)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_expire(&o->pending, clock_boot_ms());
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

/* Nothing came while this call waited: is it the socket? */
static bool
is_suspect(const struct operator_port *o, const struct pending_call *call)
{
    uint64_t since = call->deadline_ms - COMMAND_TIMEOUT_MS;

    return o->heard_at_ms < since && o->open_at_ms <= since;
}

static void
end_overdue(struct operator_port *o)
{
    bool rebuild = false;
    struct call *call;

    while ((call = next_overdue(o)) != NULL) {
        rebuild |= is_suspect(o, &call->pending);
        reply_init(call->out, REPLY_TIMEOUT);
        finish(o, call, 0);
    }
    if (rebuild)
        drop_socket(o);
}

static void
end_all(struct operator_port *o)
{
    struct pending_call *pending;

    do {
        (void)pthread_mutex_lock(&o->lock);
        pending = pending_pop(&o->pending);
        (void)pthread_mutex_unlock(&o->lock);
        if (pending != NULL)
            finish(o, call_of(pending), -ESHUTDOWN);
    } while (pending != NULL);
}

/* ---- the thread ---------------------------------------------------------- */

struct plan {
    bool is_stopping;
    bool has_unsent;
    long wait_ms;
};

static struct plan
make_plan(struct operator_port *o)
{
    uint64_t now_ms = clock_boot_ms();
    uint64_t max_ms = o->socket != NULL ? TICK_MS : RETRY_MS;
    struct plan plan;

    (void)pthread_mutex_lock(&o->lock);
    plan.is_stopping = o->is_stopping;
    /* A socket that takes more is no news while calls wait for their turn. */
    plan.has_unsent = pending_next(&o->pending, now_ms) != NULL;
    plan.wait_ms = (long)pending_wait_ms(&o->pending, now_ms, max_ms);
    (void)pthread_mutex_unlock(&o->lock);
    return plan;
}

static int
wait_for_work(struct operator_port *o, const struct plan *plan)
{
    zmq_pollitem_t items[] = {
        {.fd = o->wake_fd, .events = ZMQ_POLLIN},
        {.socket = o->socket,
         .events = (short)(ZMQ_POLLIN | (plan->has_unsent ? ZMQ_POLLOUT : 0))}};
    uint64_t unused;

    if (zmq_poll(items, o->socket != NULL ? 2 : 1, plan->wait_ms) < 0 &&
        errno != EINTR)
        return -errno;
    if (items[0].revents != 0 && read(o->wake_fd, &unused, sizeof unused) < 0 &&
        errno != EINTR)
        return -errno;
    return 0;
}

static void
turn(struct operator_port *o, const struct plan *plan)
{
    int rc = wait_for_work(o, plan);

    if (o->socket == NULL)
        open_socket(o);
    if (rc == 0 && o->socket != NULL)
        rc = read_replies(o);
    if (rc == 0 && o->socket != NULL)
        rc = send_due(o);
    if (rc != 0) {
        complain(o, -rc);
        drop_socket(o);
    }
    end_overdue(o);
}

void *
operator_loop(void *self)
{
    struct operator_port *o = self;
    struct plan plan;

    open_socket(o);
    for (plan = make_plan(o); !plan.is_stopping; plan = make_plan(o))
        turn(o, &plan);
    end_all(o);
    peer_close(o->socket);
    o->socket = NULL;
    return NULL;
}
