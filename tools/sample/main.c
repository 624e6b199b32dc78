/*
 * syncbus-sample: makes a workspace to show, test and measure with, shaped
 * like SiYuan's and holding nobody's notes; or edits one it made before.
 */
#include "services/runtime/log.h"
#include "services/runtime/option_man.h"
#include "services/runtime/program.h"
#include "services/runtime/stop.h"
#include "tools/sample/content.h"
#include "tools/sample/edit.h"
#include "tools/sample/rng.h"
#include "tools/sample/size.h"
#include "tools/sample/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EDITS_MAX 100000

struct settings {
    const char *out, *bytes;
    long files, seed, edit;
};

static const struct option_row rows[] = {
    {.name = "out",
     .argument = "DIR",
     .help = "The workspace: a new or empty folder, or a sample made before",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, out)},
    {.name = "files",
     .argument = "N",
     .help = "Files below data/",
     .fallback = "200",
     .kind = OPTION_NUMBER,
     .min = CATALOG_FILES_MIN,
     .max = CATALOG_FILES_MAX,
     .offset = offsetof(struct settings, files)},
    {.name = "bytes",
     .argument = "SIZE",
     .help = "Bytes of these files together; K, M and G are powers of 1024",
     .fallback = "8M",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct settings, bytes)},
    {.name = "seed",
     .argument = "N",
     .help = "Another number, another workspace",
     .fallback = "1",
     .kind = OPTION_NUMBER,
     .min = 0,
     .max = LONG_MAX,
     .offset = offsetof(struct settings, seed)},
    {.name = "edit",
     .argument = "N",
     .help = "Change, add and remove N files of the sample there",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = EDITS_MAX,
     .offset = offsetof(struct settings, edit)},
};

static const struct option_note files[] = {
    {"DIR/data/", "The notes, named and shaped like SiYuan's."},
    {NULL, NULL},
};

static const struct option_note examples[] = {
    {"syncbus-sample --out /tmp/workspace --files 1000 --bytes 64M",
     "A workspace of a thousand files:"},
    {"syncbus-sample --out /tmp/workspace --edit 10",
     "Ten edits, so that there is something to sync:"},
    {NULL, NULL},
};

static const struct option_note see_also[] = {
    {"syncbus", "1"},
    {"syncbus-engine", "8"},
    {NULL, NULL},
};

static const struct option_manual manual = {
    .section = 1,
    .description = "The same numbers make the same files, on every machine. A"
                   " folder that holds something else than a sample is left"
                   " alone.",
    .files = files,
    .examples = examples,
    .see_also = see_also,
};

struct sample {
    struct tree tree;
    struct tree_mark mark;
    struct catalog catalog;
    struct edit *edits;
    size_t edit_count; /* asked for; 0: make a sample */
    bool is_sample;    /* there was one */
    int stop_fd;
};

static int
setup_edit(struct sample *s, const struct settings *o)
{
    int rc = tree_open(&s->tree, o->out, false, &s->mark, &s->is_sample);

    if (rc == 0 && !s->is_sample) {
        log_line(LOG_ERROR, "--edit: %s holds no sample", o->out);
        return PROGRAM_CONFIG;
    }
    if (rc != 0)
        return rc == TREE_FOREIGN || rc == -ENOENT ? PROGRAM_CONFIG : rc;
    s->edit_count = (size_t)o->edit;
    s->edits = calloc(s->edit_count, sizeof *s->edits);
    return s->edits != NULL ? 0 : -ENOMEM;
}

static int
setup_new(struct sample *s, const struct settings *o)
{
    struct catalog_numbers numbers = {.files = (size_t)o->files,
                                      .seed = (uint64_t)o->seed};
    int rc = size_parse(&numbers.bytes, o->bytes);

    if (rc != 0) {
        log_line(LOG_ERROR, "--bytes: \"%s\" is no size such as 64M", o->bytes);
        return PROGRAM_CONFIG;
    }
    rc = catalog_init(&s->catalog, &numbers);
    if (rc == -ERANGE) {
        log_line(LOG_ERROR, "--bytes: %ld files need at least %ld bytes",
                 o->files, o->files * CATALOG_BYTES_PER_FILE_MIN);
        return PROGRAM_CONFIG;
    }
    if (rc == 0)
        rc = tree_open(&s->tree, o->out, true, &s->mark, &s->is_sample);
    s->mark = (struct tree_mark){.numbers = numbers};
    return rc == TREE_FOREIGN ? PROGRAM_CONFIG : rc;
}

static int
setup(void *self, const void *options, int stop_fd)
{
    struct sample *s = self;
    const struct settings *o = options;

    s->stop_fd = stop_fd;
    if (o->out == NULL) {
        log_line(LOG_ERROR, "--out: the folder of the sample is missing");
        return PROGRAM_CONFIG;
    }
    return o->edit > 0 ? setup_edit(s, o) : setup_new(s, o);
}

static int
write_file(struct sample *s, const struct catalog_entry *e, unsigned version)
{
    int fd = tree_open_file(&s->tree, e->path, O_CREAT | O_TRUNC);

    if (fd < 0)
        return fd;
    return tree_finish_file(
        e->path, fd, e->mtime_ms,
        content_write(fd, e, s->mark.numbers.seed, version));
}

static int
make_sample(struct sample *s)
{
    /* The mark first: what a stop leaves half-made is still ours. */
    int rc = tree_write_mark(&s->tree, &s->mark);

    if (rc == 0 && s->is_sample)
        rc = tree_remove_sample(&s->tree);
    if (rc == 0)
        rc = tree_make_folder(&s->tree, "temp");
    for (size_t i = 0; rc == 0 && i < s->catalog.count; i++) {
        rc = stop_requested(s->stop_fd)
                 ? -EINTR
                 : write_file(s, &s->catalog.entries[i], 0);
    }
    if (rc == 0) {
        printf("%s: %zu files, %" PRIu64 " bytes, seed %" PRIu64 "\n",
               s->tree.name, s->mark.numbers.files, s->mark.numbers.bytes,
               s->mark.numbers.seed);
    }
    return rc;
}

/* New bytes into an existing file, in place. */
static int
patch_file(struct sample *s, const struct edit *edit)
{
    const struct catalog_entry *e = &edit->entry;
    unsigned char noise[EDIT_APPEND_SIZE];
    uint64_t at = edit->kind == EDIT_APPEND ? e->size : edit->at;
    uint64_t len = edit->kind == EDIT_APPEND        ? EDIT_APPEND_SIZE
                   : e->size - at < EDIT_PATCH_SIZE ? e->size - at
                                                    : EDIT_PATCH_SIZE;
    int fd = tree_open_file(&s->tree, e->path, 0);
    struct rng rng;
    int rc = 0;

    if (fd < 0)
        return fd;
    rng_init(&rng, s->mark.numbers.seed, rng_stream(e->path) + s->mark.rounds);
    rng_fill(&rng, noise, (size_t)len);
    if (lseek(fd, (off_t)at, SEEK_SET) < 0)
        rc = -errno;
    if (rc == 0)
        rc = content_write_all(fd, noise, (size_t)len);
    return tree_finish_file(e->path, fd, e->mtime_ms, rc);
}

static int
apply(struct sample *s, const struct edit *edit)
{
    switch (edit->kind) {
    case EDIT_REWRITE:
    case EDIT_ADD:
        return write_file(s, &edit->entry, s->mark.rounds);
    case EDIT_PATCH:
    case EDIT_APPEND:
        return patch_file(s, edit);
    case EDIT_REMOVE:
        return tree_remove_file(&s->tree, edit->entry.path);
    }
    return 0;
}

static int
edit_sample(struct sample *s)
{
    size_t kinds[EDIT_REMOVE + 1] = {0};
    size_t count = 0;
    int rc = tree_list(&s->tree, &s->catalog);

    s->mark.rounds++;
    if (rc == 0) {
        count = edit_choose(s->edits, s->edit_count, &s->catalog,
                            s->mark.numbers.seed, s->mark.rounds);
        rc = tree_write_mark(&s->tree, &s->mark);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = stop_requested(s->stop_fd) ? -EINTR : apply(s, &s->edits[i]);
        kinds[s->edits[i].kind]++;
    }
    if (rc == 0) {
        printf("%s: %zu changed, %zu added, %zu removed, round %u\n",
               s->tree.name, count - kinds[EDIT_ADD] - kinds[EDIT_REMOVE],
               kinds[EDIT_ADD], kinds[EDIT_REMOVE], s->mark.rounds);
    }
    return rc;
}

static int
run(void *self)
{
    struct sample *s = self;

    return s->edit_count > 0 ? edit_sample(s) : make_sample(s);
}

static void
teardown(void *self)
{
    struct sample *s = self;

    tree_close(&s->tree);
    catalog_clear(&s->catalog);
    free(s->edits);
}

int
main(int argc, char *argv[])
{
    struct settings settings = {.out = NULL};
    struct sample sample = {.tree = {.fd = -1}};
    const struct program program = {
        .table = {.program = "syncbus-sample",
                  .purpose = "Make a workspace to show, test and measure with.",
                  .rows = rows,
                  .count = sizeof rows / sizeof *rows,
                  .manual = &manual},
        .options = &settings,
        .self = &sample,
        .setup = setup,
        .run = run,
        .teardown = teardown,
    };

    return program_main(&program, argc, argv);
}
