#include "services/bus-client/operator.h"

#include "proto/topic.h"
#include "services/bus-client/operator_state.h"
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

static int
start(struct operator_port *o)
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
    rc = -pthread_create(&o->thread, NULL, operator_loop, o);
    o->has_thread = rc == 0;
    return rc;
}

int
operator_start(struct operator_port **out, const struct operator_options *opt)
{
    struct operator_port *o = calloc(1, sizeof *o);
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
wake(const struct operator_port *o)
{
    uint64_t one = 1;

    /* A counter that is full wakes the thread as well. */
    if (write(o->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_line(LOG_ERROR, "operator: %s", strerrordesc_np(errno));
}

void
operator_end_calls(struct operator_port *o)
{
    if (o == NULL)
        return;
    (void)pthread_mutex_lock(&o->lock);
    o->is_stopping = true;
    (void)pthread_mutex_unlock(&o->lock);
    wake(o);
}

/* Every call ends: by the thread, or since nobody may begin one. */
static void
end_thread(struct operator_port *o)
{
    operator_end_calls(o);
    (void)pthread_join(o->thread, NULL);
    (void)pthread_mutex_lock(&o->lock);
    while (o->callers > 0)
        (void)pthread_cond_wait(&o->nobody, &o->lock);
    (void)pthread_mutex_unlock(&o->lock);
}

void
operator_stop(struct operator_port *o)
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
wait_for_outcome(struct operator_port *o, struct call *call)
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
operator_call(struct operator_port *o, const char *engine,
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
