#include "services/sync-engine/state/journal.h"

#include "services/sync-engine/state/state_dir.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOURNAL_FILE      "journal"
#define JOURNAL_BYTES_MAX 4096

static uint64_t
get_uint(const json_t *root, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(root, key));

    return value < 0 ? 0 : (uint64_t)value;
}

static void
get_text(char *out, size_t cap, const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));

    (void)snprintf(out, cap, "%s", text == NULL ? "" : text);
}

int
journal_load(struct journal *out, int dir_fd)
{
    char *text;
    size_t len;
    json_t *root;
    int rc =
        state_dir_read(dir_fd, JOURNAL_FILE, JOURNAL_BYTES_MAX, &text, &len);

    if (rc == -ENOENT)
        return JOURNAL_NONE;
    *out = (struct journal){.dir_fd = dir_fd};
    if (rc == -EFBIG)
        return 0;
    if (rc < 0)
        return rc;
    root = json_loadb(text, len, 0, NULL);
    free(text);
    out->run = get_uint(root, "run");
    out->started_at_ms = get_uint(root, "started");
    get_text(out->step, sizeof out->step, root, "step");
    get_text(out->direction, sizeof out->direction, root, "dir");
    json_decref(root);
    return 0;
}

static int
save(const struct journal *j)
{
    json_t *root = json_pack("{s:I, s:I, s:s, s:s}", "run", (json_int_t)j->run,
                             "started", (json_int_t)j->started_at_ms, "step",
                             j->step, "dir", j->direction);
    char *text = json_dumps(root, JSON_COMPACT);
    int rc = text == NULL
                 ? -ENOMEM
                 : state_dir_write(j->dir_fd, JOURNAL_FILE, text, strlen(text));

    free(text);
    json_decref(root);
    return rc;
}

int
journal_begin(struct journal *out, int dir_fd, uint64_t run, uint64_t now_ms,
              const char *direction)
{
    *out =
        (struct journal){.dir_fd = dir_fd, .run = run, .started_at_ms = now_ms};
    (void)snprintf(out->direction, sizeof out->direction, "%s", direction);
    return save(out);
}

int
journal_step(struct journal *j, const char *step)
{
    (void)snprintf(j->step, sizeof j->step, "%s", step);
    return save(j);
}

void
journal_end(struct journal *j)
{
    unlinkat(j->dir_fd, JOURNAL_FILE, 0);
}
