/*
 * catalog.c - notebooks with nested documents, then settings, then assets that
 * share what is left of the bytes.
 *
 * Documents take about a seventh of the bytes and 70 % of the files, as in
 * workspaces people have; assets are many small ones, some of megabytes, and a
 * few above 8 MiB, the longest chunk of the repository format.
 */
#include "tools/sample/catalog.h"

#include "tools/sample/doc.h"
#include "tools/sample/prose.h"
#include "tools/sample/settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX     4 /* folders below a notebook */
#define NOTEBOOKS_MAX 12
#define LARGE_MIN     ((UINT64_C(8) << 20) + 1)
#define LARGE_SPREAD  (UINT64_C(12) << 20)

static const char *const fixed[] = {
    "conf/conf.json",
    "data/.siyuan/sort.json",
    "data/.siyuan/syncignore",
    "data/storage/local.json",
    "data/storage/recent-doc.json",
    "data/storage/outline.json",
    "data/storage/petal/petals.json",
    "data/storage/petal/sample/settings.json",
    "data/storage/petal/sample/cache/index.json",
    "data/templates/daily.md",
    "data/templates/meeting.md",
    "data/snippets/conf.json",
};
#define FIXED (sizeof fixed / sizeof *fixed)

struct maker {
    struct catalog *c;
    const struct catalog_numbers *numbers;
    struct rng rng;
    size_t docs, assets; /* how many */
    uint64_t used;       /* bytes of the files below data/ so far */
};

/* A time of a file: whole history, milliseconds included. */
static int64_t
draw_time(struct maker *m)
{
    return (CATALOG_EPOCH_S + (int64_t)rng_below(&m->rng, CATALOG_SPAN_S)) *
               1000 +
           (int64_t)rng_below(&m->rng, 1000);
}

static struct catalog_entry *
add(struct maker *m, enum catalog_kind kind)
{
    struct catalog_entry *e = &m->c->entries[m->c->count++];

    e->kind = kind;
    e->mtime_ms = draw_time(m);
    return e;
}

static int
measure_settings(struct maker *m, struct catalog_entry *e)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int rc;

    if (out == NULL)
        return -ENOMEM;
    rc = settings_write(out, e->path, m->numbers->seed);
    if (fclose(out) != 0)
        rc = -ENOMEM;
    free(text);
    e->size = len;
    if (strncmp(e->path, "data/", 5) == 0)
        m->used += len;
    return rc;
}

static int
add_settings(struct maker *m, const char *path)
{
    struct catalog_entry *e = add(m, CATALOG_SETTINGS);

    (void)snprintf(e->path, sizeof e->path, "%s", path);
    return measure_settings(m, e);
}

static int
add_databases(struct maker *m, size_t count)
{
    char id[PROSE_ID_MAX], path[CATALOG_PATH_MAX];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        prose_id(id, &m->rng, draw_time(m) / 1000);
        (void)snprintf(path, sizeof path, "data/storage/av/%s.json", id);
        rc = add_settings(m, path);
    }
    return rc;
}

static int
add_notebook(struct maker *m, char id[PROSE_ID_MAX])
{
    char path[CATALOG_PATH_MAX];
    int rc;

    prose_id(id, &m->rng, draw_time(m) / 1000);
    (void)snprintf(path, sizeof path, "data/%s/.siyuan/conf.json", id);
    rc = add_settings(m, path);
    (void)snprintf(path, sizeof path, "data/%s/.siyuan/sort.json", id);
    return rc != 0 ? rc : add_settings(m, path);
}

/* The folder of the children of the document at path. */
static bool
has_room_below(const char *path)
{
    size_t depth = 0;

    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth < 2 + DEPTH_MAX; /* data/<notebook>/... */
}

/*
 * A document below the notebook, or, for half of them, below one of the
 * documents of this notebook, which start at entry `first`.
 */
static void
add_doc(struct maker *m, const char *notebook, size_t first, uint64_t mean)
{
    size_t others = m->c->count - first;
    const char *parent = NULL;
    struct catalog_entry *e;
    char id[PROSE_ID_MAX];

    if (others > 0 && rng_below(&m->rng, 2) == 0)
        parent = m->c->entries[first + rng_below(&m->rng, others)].path;
    if (parent != NULL && !has_room_below(parent))
        parent = NULL;
    e = add(m, CATALOG_DOC);
    prose_id(id, &m->rng, e->mtime_ms / 1000 - 86400);
    if (parent != NULL) { /* without its ".sy" */
        (void)snprintf(e->path, sizeof e->path, "%.*s/%s.sy",
                       (int)(strlen(parent) - 3), parent, id);
    } else {
        (void)snprintf(e->path, sizeof e->path, "data/%s/%s.sy", notebook, id);
    }
    e->size = mean * (40 + rng_below(&m->rng, 121)) / 100;
    if (e->size < DOC_SIZE_MIN)
        e->size = DOC_SIZE_MIN;
    m->used += e->size;
}

static int
add_notebooks(struct maker *m, size_t count)
{
    uint64_t mean = m->numbers->bytes / 7 / m->docs;
    char id[PROSE_ID_MAX];
    int rc = 0;

    mean = mean < 1536 ? 1536 : mean > 8192 ? 8192 : mean;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        size_t docs = m->docs * (i + 1) / count - m->docs * i / count;
        size_t first;

        rc = add_notebook(m, id);
        first = m->c->count;
        for (size_t k = 0; rc == 0 && k < docs; k++)
            add_doc(m, id, first, mean);
    }
    return rc;
}

static void
name_asset(struct maker *m, struct catalog_entry *e)
{
    static const char *const noise[] = {"png", "jpg", "pdf", "mp3"};
    static const char *const rows[] = {"csv", "txt", "tsv"};
    char id[PROSE_ID_MAX];

    prose_id(id, &m->rng, e->mtime_ms / 1000);
    (void)snprintf(e->path, sizeof e->path, "data/assets/%s-%s.%s",
                   e->size >= LARGE_MIN ? "recording" : "figure", id,
                   e->kind == CATALOG_ROWS ? rows[rng_below(&m->rng, 3)]
                   : e->size >= LARGE_MIN  ? "mp4"
                                           : noise[rng_below(&m->rng, 4)]);
}

/* The large assets; returns the bytes they leave to the others. */
static uint64_t
add_large_assets(struct maker *m, uint64_t bytes)
{
    size_t count = (size_t)(bytes / (UINT64_C(64) << 20));
    uint64_t spread = count == 0 ? LARGE_SPREAD / 4 : LARGE_SPREAD;

    if (count == 0 && bytes > 3 * LARGE_MIN)
        count = 1;
    if (count > m->assets / 8)
        count = m->assets / 8;
    for (size_t i = 0; i < count; i++) {
        struct catalog_entry *e = add(m, CATALOG_NOISE);

        e->size = LARGE_MIN + rng_below(&m->rng, spread);
        name_asset(m, e);
        bytes -= e->size;
    }
    m->assets -= count;
    return bytes;
}

/*
 * Small assets share the bytes by weights that are mostly small and sometimes
 * two hundred times as large.  The first is empty, the last takes the rest.
 */
static void
add_small_assets(struct maker *m, uint64_t bytes)
{
    size_t first = m->c->count;
    uint64_t sum = 1, given = 0;

    for (size_t i = 0; i < m->assets; i++) {
        uint64_t w = rng_below(&m->rng, 1024);
        struct catalog_entry *e =
            add(m, rng_below(&m->rng, 4) == 0 ? CATALOG_ROWS : CATALOG_NOISE);

        e->size = i == 0 ? 0 : 1 + w * w / 1024 * w / 1024 * w / 1024 / 5;
        sum += e->size;
    }
    for (size_t i = 0; i < m->assets; i++) {
        struct catalog_entry *e = &m->c->entries[first + i];

        e->size = i + 1 < m->assets ? e->size * bytes / sum : bytes - given;
        given += e->size;
        name_asset(m, e);
    }
}

static int
fill(struct maker *m)
{
    size_t files = m->numbers->files;
    size_t notebooks = files / 400 < 2 ? 2 : files / 400;
    size_t databases = files / 200 < 1 ? 1 : files / 200;
    size_t rest;
    uint64_t bytes = m->numbers->bytes;
    int rc = 0;

    notebooks = notebooks > NOTEBOOKS_MAX ? NOTEBOOKS_MAX : notebooks;
    /* conf/conf.json is not below data/. */
    rest = files - (FIXED - 1) - 2 * notebooks - databases;
    m->docs = rest * 7 / 10;
    m->assets = rest - m->docs;
    for (size_t i = 0; rc == 0 && i < FIXED; i++)
        rc = add_settings(m, fixed[i]);
    if (rc == 0)
        rc = add_databases(m, databases);
    if (rc == 0)
        rc = add_notebooks(m, notebooks);
    if (rc != 0)
        return rc;
    bytes = add_large_assets(m, bytes - m->used);
    add_small_assets(m, bytes);
    return 0;
}

int
catalog_init(struct catalog *c, const struct catalog_numbers *numbers)
{
    struct maker m = {.c = c, .numbers = numbers};

    *c = (struct catalog){0};
    if (numbers->files < CATALOG_FILES_MIN ||
        numbers->files > CATALOG_FILES_MAX ||
        numbers->bytes < numbers->files * CATALOG_BYTES_PER_FILE_MIN)
        return -ERANGE;
    c->entries = calloc(numbers->files + 1, sizeof *c->entries);
    if (c->entries == NULL)
        return -ENOMEM;
    rng_init(&m.rng, numbers->seed, 0);
    return fill(&m);
}

void
catalog_clear(struct catalog *c)
{
    free(c->entries);
    *c = (struct catalog){0};
}

enum catalog_kind
catalog_kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (strstr(path, "/.siyuan/") != NULL ||
        strstr(path, "/storage/") != NULL || strncmp(path, "data/", 5) != 0)
        return CATALOG_SETTINGS;
    if (dot != NULL && strcmp(dot, ".sy") == 0)
        return CATALOG_DOC;
    if (strncmp(path, "data/assets/", 12) != 0)
        return CATALOG_SETTINGS;
    return dot != NULL && (strcmp(dot, ".csv") == 0 ||
                           strcmp(dot, ".txt") == 0 || strcmp(dot, ".tsv") == 0)
               ? CATALOG_ROWS
               : CATALOG_NOISE;
}
