#include "services/sync-engine/checkout/intent.h"

#include "services/sync-engine/repo/disk.h"
#include "services/sync-engine/repo/oid.h"
#include "services/sync-engine/repo/path.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER     "syncbus-intent 1\n"
#define TRAILER    "end"
#define DIGITS     7
#define NUMBERS    78364164096U /* 36 to the power of DIGITS */
#define NUMBER_MAX 24           /* characters of a number, with the NUL */

/* Bytes: 100 000 files with long names.  More are no intent of ours. */
#define FILE_MAX ((size_t)512 << 20)

static void
make_suffix(char out[INTENT_SUFFIX_LEN + 1], uint64_t seed, size_t i)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t number = (seed % NUMBERS + i) % NUMBERS;

    for (int at = DIGITS - 1; at >= 0; at--) {
        out[at] = digits[number % 36];
        number /= 36;
    }
    memcpy(out + DIGITS, ".tmp", sizeof ".tmp");
}

char *
intent_temp_name(char out[INTENT_NAME_MAX], const char *name, uint64_t seed,
                 size_t i)
{
    size_t max = INTENT_NAME_MAX - 1 - INTENT_SUFFIX_LEN;
    size_t whole = strlen(name);
    size_t len = 0;
    size_t step = path_utf8_step(name, whole);

    while (step > 0 && len + step <= max) {
        len += step;
        step = path_utf8_step(name + len, whole - len);
    }
    if (whole <= max)
        len = whole;
    memcpy(out, name, len);
    make_suffix(out + len, seed, i);
    return out;
}

int
intent_seed(uint64_t *out)
{
    struct oid id;
    int rc = oid_random(&id);

    if (rc == 0)
        memcpy(out, id.bytes, sizeof *out);
    return rc;
}

static int
append_field(struct buffer *out, const char *text)
{
    return buffer_append(out, text, strlen(text) + 1);
}

static int
append_number(struct buffer *out, uint64_t number)
{
    char text[NUMBER_MAX];

    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return append_field(out, text);
}

/* Two spellings of one folder must compare equal. */
static int
append_workspace(struct buffer *out, const char *workspace)
{
    char *real = realpath(workspace, NULL);
    int rc = real == NULL ? -errno : append_field(out, real);

    free(real);
    return rc;
}

static int
encode(struct buffer *out, const struct intent *in)
{
    int rc = buffer_append(out, HEADER, sizeof HEADER - 1);

    if (rc == 0)
        rc = append_workspace(out, in->workspace);
    if (rc == 0)
        rc = append_number(out, in->seed);
    if (rc == 0)
        rc = append_number(out, in->count);
    for (size_t i = 0; i < in->count && rc == 0; i++)
        rc = append_field(out, in->paths[i]);
    return rc == 0 ? append_field(out, TRAILER) : rc;
}

int
intent_write(int state_fd, const char *file, const struct intent *in,
             struct problem *p)
{
    struct buffer text = {0};
    int rc = encode(&text, in);

    if (rc == 0)
        rc = disk_write_durable(state_fd, file, text.data, text.len);
    buffer_clear(&text);
    return rc == 0 ? 0 : problem_errno(p, rc, "state file %s", file);
}

/* The next field of the text, or NULL at its end. */
static const char *
next_field(const struct buffer *text, size_t *at)
{
    const char *start = (const char *)text->data + *at;
    const char *end = memchr(start, '\0', text->len - *at);

    if (end == NULL)
        return NULL;
    *at += (size_t)(end - start) + 1;
    return start;
}

static bool
next_number(const struct buffer *text, size_t *at, uint64_t *out)
{
    const char *field = next_field(text, at);
    char *end;

    if (field == NULL || field[0] < '0' || field[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(field, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool
next_paths(struct intent *in, size_t *at)
{
    for (size_t i = 0; i < in->count; i++) {
        const char *path = next_field(&in->text, at);

        if (path == NULL || path_check(path, strlen(path)) != 0)
            return false;
        in->paths[i] = path;
    }
    return true;
}

/* 0, INTENT_REFUSED or -ENOMEM. */
static int
decode(struct intent *in)
{
    size_t at = sizeof HEADER - 1;
    uint64_t count;
    const char *last;

    if (in->text.len < at || memcmp(in->text.data, HEADER, at) != 0)
        return INTENT_REFUSED;
    in->workspace = next_field(&in->text, &at);
    if (in->workspace == NULL || !next_number(&in->text, &at, &in->seed) ||
        !next_number(&in->text, &at, &count) || count > in->text.len)
        return INTENT_REFUSED;
    in->count = (size_t)count;
    in->paths = calloc(in->count + 1, sizeof *in->paths);
    if (in->paths == NULL)
        return -ENOMEM;
    if (!next_paths(in, &at))
        return INTENT_REFUSED;
    last = next_field(&in->text, &at);
    if (last == NULL || strcmp(last, TRAILER) != 0 || at != in->text.len)
        return INTENT_REFUSED;
    return 0;
}

int
intent_read(struct intent *out, int state_fd, const char *file,
            struct problem *p)
{
    int rc;

    *out = (struct intent){0};
    rc = disk_read(state_fd, file, &out->text, FILE_MAX);
    if (rc == -ENOENT)
        return INTENT_NONE;
    if (rc == 0)
        rc = decode(out);
    if (rc == -EFBIG || rc == -EISDIR)
        rc = INTENT_REFUSED;
    if (rc != 0)
        intent_clear(out);
    return rc >= 0 ? rc : problem_errno(p, rc, "state file %s", file);
}

bool
intent_is_of(const struct intent *in, const char *workspace)
{
    char *real = realpath(workspace, NULL);
    bool same = real != NULL && strcmp(real, in->workspace) == 0;

    free(real);
    return same;
}

void
intent_end(int state_fd, const char *file)
{
    /* One that stays costs the next start a look, nothing else. */
    (void)unlinkat(state_fd, file, 0);
}

void
intent_clear(struct intent *in)
{
    free(in->paths);
    buffer_clear(&in->text);
    *in = (struct intent){0};
}
