/*
 * The loop: poll, stop?, read and answer each command there is, mind
 * the connection.  What a command means is commands.h; what was answered before
 * is answered again, from replies.h, whatever has changed since.
 */
#include "services/sync-engine/bus/control.h"

#include "proto/command.h"
#include "proto/reply.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/peer.h"
#include "services/sync-engine/bus/dealer.h"
#include "services/sync-engine/bus/pages.h"
#include "services/sync-engine/bus/replies.h"
#include "services/sync-engine/state/switched.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#define TICK_MS   500 /* the connection is looked at this often, at least */
#define REPORT_MS 60000

enum frame { FRAME_FROM, FRAME_REQUEST, FRAME_MAP, FRAME_COUNT };

struct control {
    struct control_options opt;
    void *context;
    pthread_t thread;
    atomic_bool stopping;
    int stop_fd; /* an eventfd */
    /* The rest belongs to the thread. */
    struct dealer dealer;
    struct replies replies;
    struct reply reply;
    unsigned char wire[REPLY_WIRE_MAX];
    unsigned long long refused_at_ms;
};

/* ---- what a command comes to ---- */

static void
switch_to(struct control *c, bool enabled)
{
    int rc = switched_save(enabled, c->opt.state_fd);

    if (rc < 0) {
        log_line(LOG_ERROR, "cannot remember that syncing is switched %s: %s",
                 enabled ? "on" : "off", strerrordesc_np(-rc));
        reply_init(&c->reply, REPLY_INTERNAL);
        (void)snprintf(c->reply.msg, sizeof c->reply.msg,
                       "The state folder cannot be written: %s",
                       strerrordesc_np(-rc));
        return;
    }
    progress_set_enabled(c->opt.progress, enabled); /* before what follows */
    orders_switch(c->opt.orders, enabled);
    reply_init(&c->reply, REPLY_OK);
    c->reply.enabled = enabled;
    c->reply.has |= REPLY_HAS_ENABLED;
}

static void
log_command(const struct command *command,
            const struct commands_decision *decision)
{
    const char *verdict = reply_code_info(decision->code)->token;

    if (decision->act == COMMANDS_LIST)
        return;
    log_line(LOG_INFO, "command %s%s%s: %s", command_token(command->name),
             command->name == COMMAND_SYNC ? " " : "",
             command->name == COMMAND_SYNC ? command_dir_token(command->dir)
                                           : "",
             decision->code == REPLY_OK ? "accepted" : verdict);
}

static void
carry_out(struct control *c, const struct command *command)
{
    struct commands_decision decision = orders_take(c->opt.orders, command);

    log_command(command, &decision);
    if (decision.act == COMMANDS_LIST) {
        pages_answer(&c->reply, c->opt.state_fd, command);
    } else if (decision.act == COMMANDS_SWITCH_ON ||
               decision.act == COMMANDS_SWITCH_OFF) {
        switch_to(c, decision.act == COMMANDS_SWITCH_ON);
    } else {
        reply_init(&c->reply, decision.code);
        c->reply.run = decision.run;
        if (decision.run != 0)
            c->reply.has |= REPLY_HAS_RUN;
    }
}

static void
decide(struct control *c, zmq_msg_t *map)
{
    struct command command;
    int rc = command_decode(&command, zmq_msg_data(map), zmq_msg_size(map));

    if (rc == 0) {
        carry_out(c, &command);
        return;
    }
    reply_init(&c->reply, rc == -ENOTSUP   ? REPLY_UNSUPPORTED
                          : rc == -EBADMSG ? REPLY_BAD_REQUEST
                                           : REPLY_INTERNAL);
}

/* ---- messages ---- */

/*
 * To whom it came from, under the same request id.  Who takes nothing any
 * more asks again, and is answered from memory.
 */
static void
send_reply(struct control *c, zmq_msg_t frame[FRAME_COUNT], const void *map,
           size_t len)
{
    void *socket = c->dealer.socket;

    if (zmq_send(socket, zmq_msg_data(&frame[FRAME_FROM]),
                 zmq_msg_size(&frame[FRAME_FROM]),
                 ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return;
    (void)zmq_send(socket, zmq_msg_data(&frame[FRAME_REQUEST]),
                   zmq_msg_size(&frame[FRAME_REQUEST]),
                   ZMQ_SNDMORE | ZMQ_DONTWAIT);
    (void)zmq_send(socket, map, len, ZMQ_DONTWAIT);
}

static void
answer(struct control *c, zmq_msg_t frame[FRAME_COUNT])
{
    const void *request = zmq_msg_data(&frame[FRAME_REQUEST]);
    const struct replies_entry *before = replies_find(&c->replies, request);
    int n;

    if (before != NULL) {
        send_reply(c, frame, before->data, before->len);
        return;
    }
    decide(c, &frame[FRAME_MAP]);
    n = reply_encode(&c->reply, c->wire, sizeof c->wire);
    if (n < 0) {
        log_line(LOG_ERROR, "a reply does not encode: %s", zmq_strerror(-n));
        return;
    }
    if (replies_add(&c->replies, request, c->wire, (size_t)n) < 0)
        log_line(LOG_WARN, "out of memory: a reply is not remembered");
    send_reply(c, frame, c->wire, (size_t)n);
}

/* Read one message: how many frames it had, or -errno. */
static int
receive(void *socket, zmq_msg_t frame[FRAME_COUNT])
{
    bool more = true;
    int count = 0;

    while (more) {
        zmq_msg_t *into = &frame[count < FRAME_COUNT ? count : FRAME_MAP];

        if (zmq_msg_recv(into, socket, ZMQ_DONTWAIT) < 0) {
            if (errno != EINTR)
                return -errno;
            continue;
        }
        more = zmq_msg_more(into) != 0;
        count++;
    }
    return count;
}

/* The hub lets nothing else through, but its answers to the dealer. */
static bool
is_request(zmq_msg_t frame[FRAME_COUNT], int count)
{
    return count == FRAME_COUNT &&
           command_is_request_id(zmq_msg_data(&frame[FRAME_REQUEST]),
                                 zmq_msg_size(&frame[FRAME_REQUEST]));
}

static void
drain(struct control *c)
{
    zmq_msg_t frame[FRAME_COUNT];
    int count;

    for (int i = 0; i < FRAME_COUNT; i++)
        (void)zmq_msg_init(&frame[i]);
    while (!atomic_load(&c->stopping) &&
           (count = receive(c->dealer.socket, frame)) >= 0) {
        bool good = is_request(frame, count);

        if (dealer_heard(&c->dealer,
                         good ? zmq_msg_data(&frame[FRAME_REQUEST]) : NULL))
            continue;
        if (good) {
            answer(c, frame);
        } else if (log_allowed(&c->refused_at_ms, clock_monotonic_ms(),
                               REPORT_MS)) {
            log_line(LOG_WARN, "hub %s: a message that is no command",
                     c->opt.endpoint);
        }
    }
    for (int i = 0; i < FRAME_COUNT; i++)
        (void)zmq_msg_close(&frame[i]);
}

/* ---- the thread ---- */

static void
step(struct control *c)
{
    zmq_pollitem_t items[] = {
        {.fd = c->stop_fd, .events = ZMQ_POLLIN},
        {.socket = c->dealer.socket, .events = ZMQ_POLLIN},
    };

    (void)zmq_poll(items, c->dealer.socket == NULL ? 1 : 2, TICK_MS);
    if (c->dealer.socket != NULL)
        drain(c);
    dealer_mind(&c->dealer);
}

static void *
serve(void *arg)
{
    struct control *c = arg;

    dealer_open(&c->dealer);
    while (!atomic_load(&c->stopping))
        step(c);
    dealer_close(&c->dealer);
    return NULL;
}

static int
start(struct control *c)
{
    c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->stop_fd < 0)
        return -errno;
    c->context = peer_context_new(1);
    if (c->context == NULL)
        return -errno;
    c->dealer = (struct dealer){
        .context = c->context, .id = c->opt.id, .endpoint = c->opt.endpoint};
    return -pthread_create(&c->thread, NULL, serve, c);
}

static void
release(struct control *c)
{
    peer_context_free(c->context);
    if (c->stop_fd >= 0)
        close(c->stop_fd);
    replies_clear(&c->replies);
    free(c);
}

int
control_start(struct control **out, const struct control_options *opt)
{
    struct control *c = calloc(1, sizeof *c);
    int rc;

    *out = NULL;
    if (c == NULL)
        return -ENOMEM;
    c->opt = *opt;
    c->stop_fd = -1;
    rc = start(c);
    if (rc < 0) {
        log_line(LOG_ERROR, "cannot take commands: %s", zmq_strerror(-rc));
        release(c);
        return rc;
    }
    *out = c;
    return 0;
}

void
control_stop(struct control *c)
{
    if (c == NULL)
        return;
    atomic_store(&c->stopping, true);
    (void)eventfd_write(c->stop_fd, 1);
    (void)pthread_join(c->thread, NULL);
    release(c);
}
