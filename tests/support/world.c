#include "tests/support/world.h"

#include "services/sync-engine/checkout/intent.h"
#include "services/sync-engine/repo/objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNKS_MAX 16

static const struct repo_key key = {.bytes = "0123456789abcdef0123456789abcde"};

static int
make_folder(const struct scratch *s, const char *name)
{
    char path[PATH_MAX];

    assert_int_equal(mkdir(scratch_path(s, name, path), 0755), 0);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void
world_make(struct world *w)
{
    char path[PATH_MAX];
    struct repo_options opt = {.key = &key};

    *w = (struct world){.state_fd = -1};
    scratch_make(&w->scratch);
    (void)scratch_path(&w->scratch, "ws", w->workspace);
    (void)close(make_folder(&w->scratch, "ws"));
    (void)close(make_folder(&w->scratch, "ws/data"));
    w->state_fd = make_folder(&w->scratch, "state");
    opt.path = scratch_path(&w->scratch, "repo", path);
    assert_int_equal(repo_open(&w->repo, &opt, &w->problem), 0);
}

void
world_remove(struct world *w)
{
    repo_close(w->repo);
    file_list_clear(&w->seen);
    arena_clear(&w->arena);
    (void)close(w->state_fd);
    scratch_remove(&w->scratch);
}

static struct oid
store(struct world *w, const char *text, size_t len)
{
    char copy[4096];
    struct buffer plain = {.data = (unsigned char *)copy, .len = len};
    struct oid id;

    assert_true(len < sizeof copy);
    memcpy(copy, text, len);
    assert_int_equal(oid_of_bytes(&id, copy, len), 0);
    assert_int_equal(objects_write(repo_objects(w->repo), repo_worker(w->repo),
                                   &id, &plain, &w->problem),
                     0);
    return id;
}

const struct file_record *
world_record(struct world *w, const char *path, const char *content,
             int64_t updated)
{
    struct file_record *f = arena_alloc(&w->arena, sizeof *f);
    struct oid chunks[CHUNKS_MAX];

    assert_non_null(f);
    *f = (struct file_record){.updated = updated};
    f->path = arena_text(&w->arena, path, strlen(path));
    for (;;) {
        size_t len = strcspn(content, "|");

        assert_true(f->chunk_count < CHUNKS_MAX);
        chunks[f->chunk_count++] = store(w, content, len);
        f->size += (int64_t)len;
        if (content[len] == '\0')
            break;
        content += len + 1;
    }
    f->chunks = arena_copy(&w->arena, chunks, f->chunk_count * sizeof *chunks);
    assert_int_equal(oid_of_file(&f->id, path, updated), 0);
    return f;
}

const struct file_record *
world_file(struct world *w, const char *path, const char *content,
           int64_t updated)
{
    const struct file_record *f = world_record(w, path, content, updated);
    char name[PATH_MAX];
    char plain[4096];
    size_t len = 0;

    for (const char *c = content; *c != '\0'; c++) {
        if (*c != '|')
            plain[len++] = *c;
    }
    plain[len] = '\0';
    (void)snprintf(name, sizeof name, "ws/data%s", path);
    scratch_write(&w->scratch, name, plain, updated);
    assert_int_equal(file_list_add(&w->seen, f), 0);
    file_list_sort(&w->seen);
    return f;
}

bool
world_has(const struct world *w, const char *path, const char *content)
{
    char name[2 * PATH_MAX];
    char found[4096];
    ssize_t n;
    int fd;

    (void)snprintf(name, sizeof name, "%s/data%s", w->workspace, path);
    fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, found, sizeof found);
    (void)close(fd);
    return n >= 0 && (size_t)n == strlen(content) &&
           memcmp(found, content, (size_t)n) == 0;
}

bool
world_is_clean(const struct world *w)
{
    return scratch_count(&w->scratch, "ws", ".tmp") == 0 &&
           scratch_count(&w->scratch, "state", ".tmp") == 0 &&
           !scratch_has(&w->scratch, "state/" INTENT_CHECKOUT) &&
           !scratch_has(&w->scratch, "state/" INTENT_KEEPING);
}

struct checkout_options
world_options(const struct world *w)
{
    return (struct checkout_options){
        .repo = w->repo,
        .workspace = w->workspace,
        .state_fd = w->state_fd,
        .started_ms = WORLD_START,
    };
}

struct keep_options
world_keep_options(const struct world *w)
{
    return (struct keep_options){
        .repo = w->repo,
        .workspace = w->workspace,
        .state_fd = w->state_fd,
        .started_ms = WORLD_START,
    };
}
