#include "tools/syncbus/session.h"

#include "services/runtime/clock.h"
#include "services/runtime/stop.h"
#include "tools/syncbus/text.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define COMPLAINT_MAX 2048
#define LOOK_MS       20
#define NAMED_MAX     20 /* engines listed in a message */

int
session_complain(const char *remedy, const char *format, ...)
{
    char text[COMPLAINT_MAX], safe[2 * COMPLAINT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_safe(safe, sizeof safe, text);
    (void)fflush(stdout); /* so that lines stay in order */
    (void)fprintf(stderr, "syncbus: %s\n", safe);
    if (remedy != NULL)
        (void)fprintf(stderr, "  %s\n", remedy);
    return SESSION_FAILED;
}

/* ---- addresses ---- */

static int
choose_endpoints(struct session *s, const struct settings *set, unsigned needs)
{
    char why[HUB_ADDRESS_WHY];
    const char *remote;

    if (hub_address_choose(&s->hub, &set->hub, "hub", needs, why) != 0) {
        (void)session_complain(NULL, "%s", why);
        return PROGRAM_CONFIG;
    }
    remote = hub_address_remote(&s->hub, needs);
    if (remote == NULL || set->hub.insecure)
        return 0;
    (void)session_complain("Use a hub on this machine or a tunnel to it, or"
                           " say --insecure.",
                           "hub %s is on another machine and the connection is"
                           " not encrypted",
                           remote);
    return PROGRAM_CONFIG;
}

const char *
session_hint(const char *endpoint)
{
    const char *path =
        strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : NULL;

    if (path == NULL) {
        return "Is syncbus-aggregator running there, and does a firewall let"
               " this machine through? --hub names another one.";
    }
    if (access(path, R_OK | W_OK) == 0) {
        return "Its socket is there: is syncbus-aggregator stuck, or gone? Its"
               " log says more; --hub names another one.";
    }
    if (errno == EACCES) {
        return "Its socket is not yours to use: become the user, or join the"
               " group, that syncbus-aggregator runs as.";
    }
    return "There is no such socket. Is syncbus-aggregator running? --hub"
           " names another one.";
}

/* ---- the connection ---- */

int
session_open(struct session *s, const struct settings *settings, unsigned needs)
{
    struct feed_options feed = {.endpoint = s->hub.feed};
    struct operator_options control = {.endpoint = s->hub.control};
    int rc = needs != 0 ? choose_endpoints(s, settings, needs) : 0;

    if (rc == 0)
        rc = mirror_new(&s->mirror);
    feed.mirror = s->mirror;
    if (rc == 0 && (needs & HUB_FEED) != 0)
        rc = feed_start(&s->feed, &feed);
    if (rc == 0 && (needs & HUB_CONTROL) != 0)
        rc = operator_start(&s->operator, & control);
    return rc;
}

void
session_close(struct session *s)
{
    operator_stop(s->operator);
    feed_stop(s->feed);
    mirror_free(s->mirror);
    if (s->job_fd >= 0)
        close(s->job_fd);
    s->job_fd = -1;
    s->operator= NULL;
    s->feed = NULL;
    s->mirror = NULL;
}

bool
session_sleep(const struct session *s, uint64_t ms)
{
    struct pollfd fd = {.fd = s->stop_fd, .events = POLLIN};

    return poll(&fd, 1, (int)ms) > 0 && stop_requested(s->stop_fd);
}

int
session_wait_snapshot(struct session *s)
{
    uint64_t until_ms = clock_boot_ms() + SESSION_SNAPSHOT_MS;

    for (;;) {
        bool has = mirror_lock(s->mirror)->has_snapshot;

        mirror_unlock(s->mirror);
        if (has)
            return 0;
        if (clock_boot_ms() >= until_ms) {
            return session_complain(session_hint(s->hub.feed),
                                    "no answer from the hub at %s within %d s",
                                    s->hub.feed, SESSION_SNAPSHOT_MS / 1000);
        }
        if (session_sleep(s, LOOK_MS))
            return SESSION_FAILED;
    }
}

/* ---- engines ---- */

static bool
is_live(const struct copy_engine *e)
{
    return e->shown != COPY_OFFLINE && e->shown != COPY_UNKNOWN;
}

/* "a, b, ..."; how many are live. */
static size_t
list_live(char out[COMPLAINT_MAX / 2], struct mirror *m)
{
    const struct copy *c = mirror_lock(m);
    size_t live = 0, used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < c->count; i++) {
        if (!is_live(c->engines[i]))
            continue;
        live++;
        if (live <= NAMED_MAX && used < COMPLAINT_MAX / 2 - TOPIC_ID_MAX - 2) {
            int n = snprintf(out + used, COMPLAINT_MAX / 2 - used, "%s%s",
                             live > 1 ? ", " : "", c->engines[i]->id);

            used += n > 0 ? (size_t)n : 0;
        }
    }
    mirror_unlock(m);
    return live;
}

/* The only live engine; its id is what list_live() wrote. */
static int
pick_only(struct session *s, char out[TOPIC_ID_MAX])
{
    char ids[COMPLAINT_MAX / 2];
    size_t live = list_live(ids, s->mirror);

    if (live == 1) {
        (void)snprintf(out, TOPIC_ID_MAX, "%.64s", ids);
        return 0;
    }
    if (live == 0) {
        return session_complain("Is one running, with the same --hub?"
                                " `syncbus status` shows those that were.",
                                "no engine is on the bus");
    }
    (void)session_complain(NULL, "which of %zu engines? name one: %s%s", live,
                           ids, live > NAMED_MAX ? ", ..." : "");
    return PROGRAM_USAGE;
}

int
session_pick(struct session *s, const char *name, char out[TOPIC_ID_MAX])
{
    int rc;

    if (name == NULL) {
        rc = session_wait_snapshot(s);
        return rc != 0 ? rc : pick_only(s, out);
    }
    if (!topic_is_id(name)) {
        (void)session_complain(NULL, "\"%s\" is no id of an engine", name);
        return PROGRAM_USAGE;
    }
    (void)snprintf(out, TOPIC_ID_MAX, "%s", name);
    return 0;
}

/* ---- commands ---- */

static int
complain_of_cancel(const char *engine, const struct command *c)
{
    static const char hint[] = "`syncbus status` shows what it does.";

    if ((c->has & COMMAND_HAS_RUN) == 0) {
        return session_complain(
            hint, "%s: nothing to cancel, no run is under way", engine);
    }
    return session_complain(
        hint, "%s: nothing to cancel, run %" PRIu64 " is not under way", engine,
        c->run);
}

static int
complain_of_reply(struct session *s, const char *engine,
                  const struct command *command, const struct reply *r)
{
    enum reply_code code = reply_code_find(r->code);
    const char *remedy = reply_code_info(code)->remedy[LANG_EN];
    char ids[COMPLAINT_MAX / 2] = "";

    if (code == REPLY_NOT_FOUND && command->name == COMMAND_CANCEL)
        return complain_of_cancel(engine, command);
    (void)session_complain(
        remedy, "%s: %s (%s)", engine,
        r->msg[0] != '\0' ? r->msg : reply_code_info(code)->text[LANG_EN],
        r->code);
    if (code == REPLY_TIMEOUT) {
        (void)fprintf(stderr, "  %s: %s\n", s->hub.control,
                      session_hint(s->hub.control));
    }
    if (code == REPLY_UNREACHABLE && s->feed != NULL &&
        list_live(ids, s->mirror) > 0)
        (void)fprintf(stderr, "  On the bus: %s\n", ids);
    return SESSION_FAILED;
}

/* A call in a thread of its own, so that a signal can end the wait. */
struct call {
    struct operator_port *operator;
    const char *engine;
    const struct command *command;
    struct reply *reply;
    int rc, done_fd;
};

static void *
run_call(void *arg)
{
    struct call *c = arg;
    uint64_t one = 1;

    c->rc = operator_call(c->operator, c->engine, c->command, c->reply);
    if (write(c->done_fd, &one, sizeof one) < 0)
        c->rc = -errno;
    return NULL;
}

int
session_try(struct session *s, const char *engine,
            const struct command *command, struct reply *out)
{
    struct call call = {.operator= s->operator,
                        .engine = engine,
                        .command = command,
                        .reply = out,
                        .done_fd = eventfd(0, EFD_CLOEXEC)};
    struct pollfd fds[] = {{.fd = s->stop_fd, .events = POLLIN},
                           {.fd = call.done_fd, .events = POLLIN}};
    pthread_t thread;
    int rc;

    if (call.done_fd < 0)
        return -errno;
    rc = -pthread_create(&thread, NULL, run_call, &call);
    if (rc == 0) {
        while (fds[1].revents == 0 &&
               (poll(fds, 2, -1) >= 0 || errno == EINTR)) {
            if (fds[0].revents == 0)
                continue;
            operator_end_calls(s->operator);
            break;
        }
        (void)pthread_join(thread, NULL);
        rc = call.rc;
    }
    close(call.done_fd);
    return rc;
}

int
session_call(struct session *s, const char *engine,
             const struct command *command, struct reply *out)
{
    int rc = session_try(s, engine, command, out);

    if (rc == -ESHUTDOWN) {
        return session_complain(NULL,
                                "%s: given up; the command may have"
                                " reached it",
                                engine);
    }
    if (rc != 0)
        return rc;
    return out->ok ? 0 : complain_of_reply(s, engine, command, out);
}
