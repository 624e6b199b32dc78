/*
 * How skipped events are counted.  Published is the number of events there
 * were so far for this reader's engines.  Once a reader has everything,
 *
 *     published - base = delivered + skipped
 *
 * and before that, the rest are those that are still to come: one for each
 * engine that changed since.  So what is missing in this sum was skipped.
 */
#include "gateway/stream/cursor.h"

#include "gateway/http/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 256

void
cursor_start(struct cursor *at, const struct events *c)
{
    *at = (struct cursor){.stage = CURSOR_HEAD, .beats = c->beats};
}

void
cursor_resume(struct cursor *at, const struct events *c, uint64_t number)
{
    cursor_start(at, c);
    at->resumes = true;
    at->seen = number;
}

bool
cursor_restart(struct cursor *at)
{
    if (at->stage == CURSOR_ROWS || at->stage == CURSOR_SNAPSHOT)
        return false;
    *at = (struct cursor){.stage = at->stage == CURSOR_HEAD ? CURSOR_HEAD
                                                            : CURSOR_BEGIN,
                          .beats = at->beats};
    return true;
}

/* ---- which rows ---- */

/* The oldest row that changed after seen; NULL when there is none. */
static struct events_row *
find_next(const struct cursor *at, const struct events *c,
          const struct filter *f)
{
    struct events_row *row = NULL;

    if (f != NULL) {
        for (size_t i = 0; i < f->count; i++) {
            struct events_row *r = f->row[i];

            if (r != NULL && r->number > at->seen &&
                (row == NULL || r->number < row->number))
                row = r;
        }
        return row;
    }
    /* The usual case: the one behind the last that was sent. */
    if (at->row != NULL && at->row->number == at->seen)
        return at->row->newer;
    if (c->newest_number == at->seen)
        return NULL;
    for (row = c->newest; row->older != NULL && row->older->number > at->seen;)
        row = row->older;
    return row;
}

static uint64_t
count_rest(const struct cursor *at, const struct events *c,
           const struct filter *f)
{
    uint64_t n = 0;

    if (f == NULL) {
        for (const struct events_row *row = c->newest;
             row != NULL && row->number > at->seen; row = row->older)
            n++;
        return n;
    }
    for (size_t i = 0; i < f->count; i++)
        n += f->row[i] != NULL && f->row[i]->number > at->seen;
    return n;
}

static uint64_t
count_published(const struct events *c, const struct filter *f)
{
    uint64_t n = 0;

    if (f == NULL)
        return c->newest_number;
    for (size_t i = 0; i < f->count; i++)
        n += f->row[i] != NULL ? f->row[i]->count : 0;
    return n;
}

/* ---- pieces ---- */

static int
give_static(struct piece *out, const char *text)
{
    out->data = text;
    out->len = strlen(text);
    return 1;
}

static int
give_copy(struct piece *out, const char *text, size_t len)
{
    out->owner = shared_text_copy(text, len);
    if (out->owner == NULL)
        return -ENOMEM;
    out->data = out->owner->text;
    out->len = len;
    return 1;
}

static int
give_part(struct piece *out, struct shared_text *t, size_t from, size_t len)
{
    out->owner = shared_text_keep(t);
    out->data = t->text + from;
    out->len = len;
    return 1;
}

/* ---- stages ---- */

static int
next_head(struct cursor *at, const struct events *c, const struct filter *f,
          struct piece *out)
{
    char text[HTTP_HEAD_MAX + TEXT_MAX];
    struct http_head h = {.status = 200,
                          .type = "text/event-stream",
                          .extra = "Cache-Control: no-cache\r\n"
                                   "X-Accel-Buffering: no\r\n",
                          .body_len = HTTP_ENDLESS,
                          .close = true};
    int len = http_format_head(text, &h);

    if (len < 0)
        return len;
    len += snprintf(text + len, TEXT_MAX, "retry: %d\n\n", CURSOR_RETRY_MS);
    at->stage = at->resumes ? CURSOR_LIVE : CURSOR_BEGIN;
    /* What changed while nobody was there is not counted as skipped. */
    at->base = count_published(c, f) - count_rest(at, c, f);
    return give_copy(out, text, (size_t)len);
}

static int
next_begin(struct cursor *at, const struct events *c, const struct filter *f,
           struct piece *out)
{
    char text[TEXT_MAX], id[EVENTS_ID_MAX];
    int len;

    at->stage = CURSOR_ROWS;
    at->row = events_first(c);
    at->index = 0;
    at->needs_comma = false;
    at->seen = c->newest_number;
    at->base = count_published(c, f);
    (void)events_format_id(id, c, at->seen);
    len = snprintf(text, sizeof text,
                   "event: snapshot\nid: %s\ndata: {\"bus\":\"%s\",\"asOfMs\":"
                   "%llu,\"engines\":[\n",
                   id, c->is_bus_up ? "up" : "down",
                   (unsigned long long)c->as_of_ms);
    return give_copy(out, text, (size_t)len);
}

/* The row the snapshot is at; moves past those that are not there. */
static struct events_row *
row_at(struct cursor *at, const struct filter *f)
{
    if (f == NULL)
        return at->row;
    while (at->index < f->count && f->row[at->index] == NULL)
        at->index++;
    return at->index < f->count ? f->row[at->index] : NULL;
}

static int
next_row(struct cursor *at, const struct filter *f, struct piece *out)
{
    struct events_row *row = row_at(at, f);

    if (row == NULL) {
        at->stage = CURSOR_SNAPSHOT;
        return 0;
    }
    if (at->needs_comma) {
        at->needs_comma = false;
        return give_static(out, "data: ,\n");
    }
    at->needs_comma = true;
    at->index++;
    at->row = row->next;
    return give_part(out, row->event, row->line, row->line_len);
}

static int
next_end(struct cursor *at, struct piece *out)
{
    at->stage = CURSOR_LIVE;
    at->row = NULL;
    return give_static(out, "data: ]}\n\n");
}

/* Is there something to say about events that are gone? */
static int
next_gap(struct cursor *at, const struct events *c, const struct filter *f,
         struct piece *out)
{
    char text[TEXT_MAX];
    uint64_t gone;
    int len;

    if (at->checked == c->newest_number)
        return 0;
    at->checked = c->newest_number;
    gone = count_published(c, f) - at->base - at->delivered -
           count_rest(at, c, f) - at->skipped;
    if (gone == 0)
        return 0;
    at->skipped += gone;
    len =
        snprintf(text, sizeof text, "event: gap\ndata: {\"skipped\":%llu}\n\n",
                 (unsigned long long)gone);
    return give_copy(out, text, (size_t)len);
}

static int
next_live(struct cursor *at, const struct events *c, const struct filter *f,
          struct piece *out)
{
    int rc = next_gap(at, c, f, out);
    struct events_row *row;

    if (rc != 0)
        return rc;
    row = find_next(at, c, f);
    if (row != NULL) {
        at->row = row;
        at->seen = row->number;
        at->delivered++;
        return give_part(out, row->event, 0, row->event->len);
    }
    if (at->beats == c->beats || c->beat == NULL)
        return 0;
    at->beats = c->beats;
    return give_part(out, c->beat, 0, c->beat->len);
}

int
cursor_next(struct cursor *at, const struct events *c, const struct filter *f,
            struct piece *out)
{
    int rc = 0;

    *out = (struct piece){0};
    if (at->stage == CURSOR_HEAD) {
        rc = next_head(at, c, f, out);
    } else if (at->stage == CURSOR_BEGIN) {
        rc = next_begin(at, c, f, out);
    } else if (at->stage == CURSOR_ROWS) {
        rc = next_row(at, f, out);
    }
    if (rc == 0 && at->stage == CURSOR_SNAPSHOT)
        rc = next_end(at, out);
    if (rc == 0 && at->stage == CURSOR_LIVE)
        rc = next_live(at, c, f, out);
    out->after = *at;
    return rc;
}
