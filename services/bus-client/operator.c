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
#include "services/bus-client/operator.h"

#include "proto/topic.h"
#include "services/bus-client/pending.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>
#include <zmq.h>

#define TICK_MS        1000
#define RETRY_MS       200 /* after a socket that could not be made */
#define REPORT_MS      60000
#define DRAIN_MESSAGES 100 /* per turn */

struct call {
    struct pending_call pending; /* first: the list knows only this */
    const char *engine;
    unsigned char map[COMMAND_WIRE_MAX];
    size_t len;
    struct reply *out;
    pthread_cond_t done;
    bool is_done;
    int rc;
};

struct operator
{
    struct operator_options opt;
    pthread_t thread;
    bool has_thread, has_lock;
    int wake_fd; /* eventfd: a new call, or the end */
    void *context, *socket;
    uint64_t heard_at_ms, open_at_ms; /* of the socket */
    unsigned long long broken_at_ms, unreadable_at_ms;
    pthread_mutex_t lock;
    /* Behind the lock: */
    struct pending pending;
    bool is_stopping;
    unsigned callers;
    pthread_cond_t nobody;
};

static struct call *
call_of(struct pending_call *pending)
{
    return (struct call *)pending;
}

/* The caller goes on: call is gone after this. */
static void
finish(struct operator* o, struct call *call, int rc)
{
    (void)pthread_mutex_lock(&o->lock);
    call->rc = rc;
    call->is_done = true;
    (void)pthread_cond_signal(&call->done);
    (void)pthread_mutex_unlock(&o->lock);
}

static struct call *
take(struct operator* o, const void *request, size_t len)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_take(&o->pending, request, len);
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

/* ---- the socket ---------------------------------------------------------- */

static void drop_socket(struct operator* o)
{
    peer_close(o->socket);
    o->socket = NULL;
    (void)pthread_mutex_lock(&o->lock);
    pending_unsend(&o->pending);
    (void)pthread_mutex_unlock(&o->lock);
}

static void
complain(struct operator* o, int error)
{
    if (log_allowed(&o->broken_at_ms, clock_monotonic_ms(), REPORT_MS)) {
        log_line(LOG_ERROR, "%s: %s; trying again", o->opt.endpoint,
                 zmq_strerror(error));
    }
}

static void open_socket(struct operator* o)
{
    int rc;

    o->socket = peer_open(o->context, PEER_CONTROL_CLIENT, 0);
    if (o->socket == NULL) {
        complain(o, errno);
        return;
    }
    o->open_at_ms = clock_boot_ms();
    rc = peer_connect(o->socket, o->opt.endpoint);
    if (rc == 0)
        return;
    complain(o, -rc);
    drop_socket(o);
}

/* ---- sending ------------------------------------------------------------- */

/* 0; -EAGAIN: there is no hub now; -errno. */
static int
send_frames(struct operator* o, const struct call *call)
{
    const struct {
        const void *data;
        size_t len;
    } frames[COMMAND_FRAMES] = {
        {call->engine, strlen(call->engine)},
        {call->pending.request, COMMAND_ID_MAX - 1},
        {call->map, call->len},
    };

    for (int i = 0; i < COMMAND_FRAMES; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < COMMAND_FRAMES ? ZMQ_SNDMORE : 0);

        while (zmq_send(o->socket, frames[i].data, frames[i].len, flags) < 0) {
            if (errno != EINTR)
                return -errno;
        }
    }
    return 0;
}

static struct call *next_to_send(struct operator* o)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_next(&o->pending, clock_boot_ms());
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

static int send_due(struct operator* o)
{
    struct call *call;

    while ((call = next_to_send(o)) != NULL) {
        int rc = send_frames(o, call);

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
take_reply(struct operator* o, zmq_msg_t frames[COMMAND_FRAMES])
{
    struct call *call =
        take(o, zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1]));
    int rc;

    if (call == NULL)
        return; /* too late, or the repetition of one that we had */
    rc = reply_decode(call->out, zmq_msg_data(&frames[2]),
                      zmq_msg_size(&frames[2]));
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

/* Read one message.  1; 0 when there is none; -errno. */
static int read_message(struct operator* o)
{
    zmq_msg_t frames[COMMAND_FRAMES], rest;
    int n = 0, rc = 0;
    bool more = true;

    for (int i = 0; i < COMMAND_FRAMES; i++)
        (void)zmq_msg_init(&frames[i]);
    (void)zmq_msg_init(&rest);
    while (more && rc >= 0) {
        zmq_msg_t *frame = n < COMMAND_FRAMES ? &frames[n] : &rest;

        rc = zmq_msg_recv(frame, o->socket, ZMQ_DONTWAIT);
        if (rc < 0 && errno == EINTR) {
            rc = 0;
            continue;
        }
        n += rc >= 0 && n < COMMAND_FRAMES;
        more = rc >= 0 && zmq_msg_more(frame) != 0;
    }
    rc = rc >= 0 ? 1 : errno == EAGAIN ? 0 : -errno;
    if (rc == 1 && n == COMMAND_FRAMES)
        take_reply(o, frames);
    for (int i = 0; i < COMMAND_FRAMES; i++)
        (void)zmq_msg_close(&frames[i]);
    (void)zmq_msg_close(&rest);
    return rc;
}

static int read_replies(struct operator* o)
{
    int rc = 1;

    for (int i = 0; rc == 1 && i < DRAIN_MESSAGES; i++) {
        rc = read_message(o);
        if (rc == 1)
            o->heard_at_ms = clock_boot_ms();
    }
    return rc < 0 ? rc : 0;
}

/* ---- the end of calls ---------------------------------------------------- */

static struct call *next_overdue(struct operator* o)
{
    struct pending_call *pending;

    (void)pthread_mutex_lock(&o->lock);
    pending = pending_expire(&o->pending, clock_boot_ms());
    (void)pthread_mutex_unlock(&o->lock);
    return call_of(pending);
}

/* Nothing came while this call waited: is it the socket? */
static bool
is_suspect(const struct operator* o, const struct pending_call *call)
{
    uint64_t since = call->deadline_ms - COMMAND_TIMEOUT_MS;

    return o->heard_at_ms < since && o->open_at_ms <= since;
}

static void end_overdue(struct operator* o)
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

static void end_all(struct operator* o)
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

static struct plan make_plan(struct operator* o)
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
wait_for_work(struct operator* o, const struct plan *plan)
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
turn(struct operator* o, const struct plan *plan)
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

static void *
loop(void *self)
{
    struct operator* o = self;
    struct plan plan;

    open_socket(o);
    for (plan = make_plan(o); !plan.is_stopping; plan = make_plan(o))
        turn(o, &plan);
    end_all(o);
    peer_close(o->socket);
    o->socket = NULL;
    return NULL;
}

static int start(struct operator* o)
{
    int rc = -pthread_mutex_init(&o->lock, NULL);

    if (rc != 0)
        return rc;
    (void)pthread_cond_init(&o->nobody, NULL); /* cannot fail on Linux */
    o->has_lock = true;
    pending_init(&o->pending, clock_boot_ms());
    o->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (o->wake_fd < 0)
        return -errno;
    o->context = peer_context_new(1);
    if (o->context == NULL)
        return -errno;
    rc = -pthread_create(&o->thread, NULL, loop, o);
    o->has_thread = rc == 0;
    return rc;
}

int
operator_start(struct operator** out, const struct operator_options *opt)
{
    struct operator* o = calloc(1, sizeof *o);
    int rc;

    *out = NULL;
    if (o == NULL)
        return -ENOMEM;
    o->wake_fd = -1;
    o->opt = *opt;
    rc = start(o);
    if (rc != 0) {
        log_line(LOG_ERROR, "%s: %s", opt->endpoint, zmq_strerror(-rc));
        operator_stop(o);
        return rc;
    }
    *out = o;
    return 0;
}

static void
wake(const struct operator* o)
{
    uint64_t one = 1;

    /* A counter that is full wakes the thread as well. */
    if (write(o->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_line(LOG_ERROR, "operator: %s", strerrordesc_np(errno));
}

void operator_end_calls(struct operator* o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_lock(&o->lock);
    o->is_stopping = true;
    (void)pthread_mutex_unlock(&o->lock);
    wake(o);
}

/* Every call ends: by the thread, or since nobody may begin one. */
static void end_thread(struct operator* o)
{
    operator_end_calls(o);
    (void)pthread_join(o->thread, NULL);
    (void)pthread_mutex_lock(&o->lock);
    while (o->callers > 0)
        (void)pthread_cond_wait(&o->nobody, &o->lock);
    (void)pthread_mutex_unlock(&o->lock);
}

void operator_stop(struct operator* o)
{
    if (o == NULL)
        return;
    if (o->has_thread)
        end_thread(o);
    peer_context_free(o->context);
    if (o->wake_fd >= 0)
        close(o->wake_fd);
    if (o->has_lock) {
        (void)pthread_cond_destroy(&o->nobody);
        (void)pthread_mutex_destroy(&o->lock);
    }
    free(o);
}

/* ---- callers ------------------------------------------------------------- */

static int
prepare(struct call *call, const struct command *command)
{
    unsigned char random[16];
    int len = command_encode(command, call->map, sizeof call->map);

    assert(len > 0); /* COMMAND_WIRE_MAX is always enough */
    call->len = (size_t)len;
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    command_format_request_id(call->pending.request, random);
    return -pthread_cond_init(&call->done, NULL);
}

/* With the lock held: hand the call over, and wait for what becomes of it. */
static int
wait_for_outcome(struct operator* o, struct call *call)
{
    pending_add(&o->pending, &call->pending, clock_boot_ms());
    (void)pthread_mutex_unlock(&o->lock);
    wake(o);
    (void)pthread_mutex_lock(&o->lock);
    while (!call->is_done)
        (void)pthread_cond_wait(&call->done, &o->lock);
    return call->rc;
}

int
operator_call(struct operator* o, const char *engine,
              const struct command *command, struct reply *out)
{
    struct call call = {.engine = engine, .out = out};
    int rc;

    if (!topic_is_id(engine))
        return -EINVAL;
    rc = prepare(&call, command);
    if (rc != 0)
        return rc;
    (void)pthread_mutex_lock(&o->lock);
    o->callers++;
    rc = o->is_stopping ? -ESHUTDOWN : wait_for_outcome(o, &call);
    o->callers--;
    if (o->callers == 0)
        (void)pthread_cond_signal(&o->nobody);
    (void)pthread_mutex_unlock(&o->lock);
    (void)pthread_cond_destroy(&call.done);
    return rc;
}
