#include "gateway/v1/history.h"

#include "gateway/http/query.h"
#include "gateway/v1/ask.h"
#include "gateway/v1/order.h"
#include "gateway/v1/problem.h"
#include "gateway/v1/reply_json.h"

#include <errno.h>

#define NUMBER_MAX 32 /* bytes; no number is longer */

typedef void (*page_fn)(struct json_out *w, const struct reply_json *page);

/* Where the page begins.  Returns 0, or -EINVAL. */
static int
read_after(struct command *c, const char *query)
{
    char text[NUMBER_MAX];
    int rc = query_find(query, "after", text, sizeof text);

    if (rc == -ENOENT)
        return 0;
    if (rc < 0)
        return rc;
    c->has |= COMMAND_HAS_AFTER;
    return ask_number(&c->after, text);
}

static int
send_page(struct order *o, page_fn page)
{
    struct reply_json what = {.engine = o->request->param[0],
                              .run = o->command.run,
                              .lang = o->service->lang};
    int rc = read_after(&o->command, o->request->query);

    if (rc != 0) {
        return problem_send(o->request, PROBLEM_PARAMETER, what.lang,
                            "after: a number, the \"next\" of a page");
    }
    rc = order_give(o);
    what.reply = o->reply;
    if (rc == 0) {
        page(&o->out, &what);
        rc = order_answer(o, 200);
    }
    order_clear(o);
    return rc;
}

int
history_runs(struct service *s, struct request *r)
{
    struct order o = {.service = s,
                      .request = r,
                      .command = {.name = COMMAND_RUNS},
                      .rows = REPLY_RUNS};

    return send_page(&o, reply_json_runs);
}

int
history_changes(struct service *s, struct request *r)
{
    struct order o = {
        .service = s,
        .request = r,
        .command = {.name = COMMAND_CHANGES, .has = COMMAND_HAS_RUN},
        .rows = REPLY_CHANGES};

    if (ask_number(&o.command.run, r->param[1]) != 0) {
        return problem_send(r, PROBLEM_PARAMETER, s->lang,
                            "run: the number of a run");
    }
    return send_page(&o, reply_json_changes);
}

int
history_conflicts(struct service *s, struct request *r)
{
    struct order o = {.service = s,
                      .request = r,
                      .command = {.name = COMMAND_CONFLICTS},
                      .rows = REPLY_CONFLICTS};

    return send_page(&o, reply_json_conflicts);
}
