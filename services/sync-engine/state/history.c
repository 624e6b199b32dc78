#include "services/sync-engine/state/history.h"

#include "services/sync-engine/state/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_FILE      "runs.jsonl"
#define HISTORY_BYTES_MAX (4U << 20)

static uint64_t
get_uint(const json_t *value)
{
    json_int_t n = json_integer_value(value);

    return n < 0 ? 0 : (uint64_t)n;
}

static void
get_text(char *out, size_t cap, const json_t *value)
{
    const char *text = json_string_value(value);

    (void)snprintf(out, cap, "%s", text == NULL ? "" : text);
}

static void
get_traffic(struct state_traffic *out, const json_t *list)
{
    out->files = get_uint(json_array_get(list, 0));
    out->chunks = get_uint(json_array_get(list, 1));
    out->bytes = get_uint(json_array_get(list, 2));
}

/* One line; false when it is none of ours. */
static bool
parse(struct state_last *out, const char *line, size_t len)
{
    json_t *root = json_loadb(line, len, 0, NULL);
    const json_t *changes = json_object_get(root, "chg");
    bool good = json_is_integer(json_object_get(root, "run"));

    *out = (struct state_last){0};
    out->run = get_uint(json_object_get(root, "run"));
    out->ok = json_is_true(json_object_get(root, "ok"));
    get_text(out->code, sizeof out->code, json_object_get(root, "code"));
    get_text(out->why, sizeof out->why, json_object_get(root, "why"));
    out->at_ms = get_uint(json_object_get(root, "ts"));
    out->duration_ms = get_uint(json_object_get(root, "ms"));
    get_text(out->direction, sizeof out->direction,
             json_object_get(root, "dir"));
    get_traffic(&out->sent, json_object_get(root, "tx"));
    get_traffic(&out->received, json_object_get(root, "rx"));
    out->upserts = get_uint(json_array_get(changes, 0));
    out->removes = get_uint(json_array_get(changes, 1));
    out->conflicts = get_uint(json_array_get(changes, 2));
    json_decref(root);
    return good;
}

static char *
render(const struct state_last *r)
{
    json_t *root = json_pack(
        "{s:I, s:b, s:s, s:s, s:I, s:I, s:s, s:[I,I,I], s:[I,I,I], "
        "s:[I,I,I]}",
        "run", (json_int_t)r->run, "ok", (int)r->ok, "code", r->code, "why",
        r->why, "ts", (json_int_t)r->at_ms, "ms", (json_int_t)r->duration_ms,
        "dir", r->direction, "tx", (json_int_t)r->sent.files,
        (json_int_t)r->sent.chunks, (json_int_t)r->sent.bytes, "rx",
        (json_int_t)r->received.files, (json_int_t)r->received.chunks,
        (json_int_t)r->received.bytes, "chg", (json_int_t)r->upserts,
        (json_int_t)r->removes, (json_int_t)r->conflicts);
    char *line = json_dumps(root, JSON_COMPACT);

    json_decref(root);
    return line;
}

/* The line before *end; moves *end to its start. */
static const char *
line_before(const char *text, size_t *end, size_t *len)
{
    size_t start = *end - 1;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    *len = *end - start;
    *end = start;
    return text + start;
}

/* Read from the end: the newest line and the newest success are enough. */
static void
scan(struct history *h, const char *text, size_t end)
{
    while (end > 0) {
        struct state_last run;
        size_t len;
        const char *line = line_before(text, &end, &len);

        h->lines++;
        if ((!h->any || h->synced_at_ms == 0) && parse(&run, line, len)) {
            if (!h->any)
                h->last = run;
            h->any = true;
            if (run.ok)
                h->synced_at_ms = run.at_ms;
        }
    }
}

int
history_load(struct history *out, int dir_fd)
{
    char *text;
    size_t len;
    int rc =
        state_dir_read(dir_fd, HISTORY_FILE, HISTORY_BYTES_MAX, &text, &len);

    *out = (struct history){.dir_fd = dir_fd};
    if (rc == -ENOENT)
        return 0;
    if (rc < 0)
        return rc;
    scan(out, text, len);
    free(text);
    return 0;
}

int
history_visit(int dir_fd, history_fn fn, void *ctx)
{
    bool goes_on = true;
    char *text;
    size_t end;
    int rc =
        state_dir_read(dir_fd, HISTORY_FILE, HISTORY_BYTES_MAX, &text, &end);

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    while (goes_on && end > 0) {
        struct state_last run;
        size_t len;
        const char *line = line_before(text, &end, &len);

        if (parse(&run, line, len))
            goes_on = fn(ctx, &run);
    }
    free(text);
    return 0;
}

/* Keep the last HISTORY_MAX lines. */
static int
trim(struct history *h)
{
    char *text;
    const char *from;
    size_t len;
    int rc =
        state_dir_read(h->dir_fd, HISTORY_FILE, HISTORY_BYTES_MAX, &text, &len);

    if (rc < 0)
        return rc;
    from = text;
    while (h->lines > HISTORY_MAX) {
        /* A power cut may have left zeros. */
        const char *line_end = memchr(from, '\n', len - (size_t)(from - text));

        if (line_end == NULL)
            break;
        from = line_end + 1;
        h->lines--;
    }
    rc = state_dir_write_durable(h->dir_fd, HISTORY_FILE, from,
                                 len - (size_t)(from - text));
    free(text);
    return rc;
}

/* What a power cut left of a line does not swallow the next one. */
static bool
ends_within_a_line(int fd)
{
    struct stat st;
    char last = '\n';

    return fstat(fd, &st) == 0 && st.st_size > 0 &&
           pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

int
history_add(struct history *h, const struct state_last *run)
{
    char *line = render(run);
    int fd;
    int rc = 0;

    if (line == NULL)
        return -ENOMEM;
    h->last = *run;
    h->any = true;
    if (run->ok)
        h->synced_at_ms = run->at_ms;
    fd = openat(h->dir_fd, HISTORY_FILE,
                O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 ||
        dprintf(fd, "%s%s\n", ends_within_a_line(fd) ? "\n" : "", line) < 0)
        rc = -errno;
    if (fd >= 0)
        close(fd);
    free(line);
    if (rc == 0 && ++h->lines > HISTORY_MAX)
        rc = trim(h);
    return rc;
}
