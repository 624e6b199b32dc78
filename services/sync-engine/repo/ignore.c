#define PCRE2_CODE_UNIT_WIDTH 8

#include "services/sync-engine/repo/ignore.h"

#include "services/sync-engine/repo/buffer.h"
#include "services/sync-engine/repo/path.h"
#include "services/sync-engine/repo/pattern.h"
#include "services/sync-engine/repo/re2.h"

#include <assert.h>
#include <errno.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_LIMIT 200000
#define LITERAL_MAX 32
#define DFA_SPACE   4096 /* ints */

/* The notebooks of the user guide, and where sync was once configured. */
static const char builtin[] = "\n20210808180117-6v0mkxr/**/*"
                              "\n20210808180117-czj9bvb/**/*"
                              "\n20211226090932-5lcq56f/**/*"
                              "\n20240530133126-axarxgx/**/*"
                              "\n/.siyuan/conf.json";

struct rule {
    pcre2_code *code;
    bool negated;
    size_t literal_len;
    char literal[LITERAL_MAX]; /* stands in every path that matches */
};

struct ignore {
    struct rule *rules;
    size_t count;
    size_t dropped;
    pcre2_compile_context *how;
    pcre2_match_context *bounds;
    pcre2_match_data *found;
};

/* A line of the list.  Lines are sorted to find those that come twice. */
struct line {
    const char *text;
    size_t len;
    size_t number; /* SIZE_MAX: an earlier one is the same */
};

struct lines {
    struct line *all;
    size_t count;
};

static int
split(struct lines *l, const struct buffer *text)
{
    const char *p = (const char *)text->data;
    const char *end = p + text->len;
    size_t count = 1;

    for (size_t i = 0; i < text->len; i++)
        count += p[i] == '\n';
    l->all = calloc(count, sizeof *l->all);
    if (l->all == NULL)
        return -ENOMEM;
    for (l->count = 0; l->count < count; l->count++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const char *next = stop != NULL ? stop + 1 : end;

        if (stop == NULL) {
            stop = end;
        } else if (stop > p && stop[-1] == '\r') {
            stop--; /* CRLF is one end of line */
        }
        l->all[l->count] = (struct line){p, (size_t)(stop - p), l->count};
        p = next;
    }
    return 0;
}

static int
by_text(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->text, right->text, len);

    if (order != 0)
        return order;
    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static int
by_number(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;

    return left->number < right->number ? -1 : left->number > right->number;
}

/* Keep the first of equal lines, in the order of the list. */
static void
remove_repeats(struct lines *l)
{
    size_t kept = 0;

    qsort(l->all, l->count, sizeof *l->all, by_text);
    for (size_t i = 0; i < l->count; i++) {
        const struct line *last = kept > 0 ? &l->all[kept - 1] : NULL;

        if (last == NULL || last->len != l->all[i].len ||
            memcmp(last->text, l->all[i].text, last->len) != 0)
            l->all[kept++] = l->all[i];
    }
    l->count = kept;
    qsort(l->all, l->count, sizeof *l->all, by_number);
}

/* An expression PCRE2 has no room for is not one the kernel drops. */
static int
compile_failed(struct ignore *ig, int error)
{
    if (error == PCRE2_ERROR_HEAP_FAILED)
        return -ENOMEM;
    if (error == PCRE2_ERROR_PATTERN_TOO_LARGE ||
        error == PCRE2_ERROR_PATTERN_TOO_COMPLICATED)
        return -E2BIG;
    ig->dropped++;
    return 0;
}

static int
compile(struct ignore *ig, const struct buffer *text, bool negated)
{
    PCRE2_SIZE at;
    int error;
    pcre2_code *code =
        pcre2_compile(text->data, text->len,
                      PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE,
                      &error, &at, ig->how);

    if (code == NULL)
        return compile_failed(ig, error);
    /* Without JIT (not built in, no executable memory) it is only slower. */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    ig->rules[ig->count++] = (struct rule){.code = code, .negated = negated};
    return 0;
}

static void
note_literal(struct rule *rule, const struct line *line)
{
    size_t start = 0;
    size_t len = pattern_literal(line->text, line->len, &start);

    rule->literal_len = len < LITERAL_MAX ? len : LITERAL_MAX;
    memcpy(rule->literal, line->text + start, rule->literal_len);
}

static int
add_line(struct ignore *ig, const struct line *line, struct buffer *go,
         struct buffer *pcre)
{
    bool negated = false;
    size_t before;
    int rc = pattern_translate(go, &negated, line->text, line->len);

    if (rc == PATTERN_NONE)
        return 0;
    if (rc == 0)
        rc = re2_to_pcre2(pcre, (const char *)go->data, go->len);
    if (rc == -EINVAL) {
        ig->dropped++;
        return 0;
    }
    before = ig->count;
    if (rc == 0)
        rc = compile(ig, pcre, negated);
    if (rc == 0 && ig->count != before)
        note_literal(&ig->rules[before], line);
    return rc;
}

static int
add_lines(struct ignore *ig, const struct lines *l)
{
    struct buffer go = {0};
    struct buffer pcre = {0};
    int rc = 0;

    assert(l->count != 0); /* the built-in lines are always there */
    ig->rules = calloc(l->count, sizeof *ig->rules);
    if (ig->rules == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < l->count; i++) {
        rc = add_line(ig, &l->all[i], &go, &pcre);
        if (ig->count > IGNORE_RULES_MAX)
            rc = -E2BIG;
    }
    buffer_clear(&go);
    buffer_clear(&pcre);
    return rc;
}

static int
read_list(struct ignore *ig, const char *text, size_t len)
{
    struct buffer all = {0};
    struct lines l = {0};
    int rc = buffer_append(&all, text, len);

    if (rc == 0)
        rc = buffer_append(&all, builtin, sizeof builtin - 1);
    if (rc == 0)
        rc = split(&l, &all);
    if (rc == 0) {
        remove_repeats(&l);
        rc = add_lines(ig, &l);
    }
    free(l.all);
    buffer_clear(&all);
    return rc;
}

int
ignore_new(struct ignore **out, const char *text, size_t len)
{
    struct ignore *ig;
    int rc = -ENOMEM;

    *out = NULL;
    if (len > IGNORE_TEXT_MAX)
        return -E2BIG;
    ig = calloc(1, sizeof *ig);
    if (ig == NULL)
        return -ENOMEM;
    ig->how = pcre2_compile_context_create(NULL);
    ig->bounds = pcre2_match_context_create(NULL);
    ig->found = pcre2_match_data_create(1, NULL);
    if (ig->how != NULL && ig->bounds != NULL && ig->found != NULL) {
        pcre2_set_newline(ig->how, PCRE2_NEWLINE_LF);
        pcre2_set_match_limit(ig->bounds, MATCH_LIMIT);
        rc = read_list(ig, text, len);
    }
    if (rc != 0) {
        ignore_free(ig);
        return rc;
    }
    *out = ig;
    return 0;
}

void
ignore_free(struct ignore *ig)
{
    if (ig == NULL)
        return;
    for (size_t i = 0; i < ig->count; i++)
        pcre2_code_free(ig->rules[i].code);
    free(ig->rules);
    pcre2_match_data_free(ig->found);
    pcre2_match_context_free(ig->bounds);
    pcre2_compile_context_free(ig->how);
    free(ig);
}

/* Backtracking can take for ever where the kernel's matcher does not; then the
 * one that follows all ways at once decides. */
static int
match(struct ignore *ig, const struct rule *rule, const char *path, size_t len)
{
    const pcre2_code *code = rule->code;
    int space[DFA_SPACE];
    int rc;

    if (rule->literal_len != 0 &&
        memmem(path, len, rule->literal, rule->literal_len) == NULL)
        return 0;
    rc = pcre2_match(code, (PCRE2_SPTR)path, len, 0, PCRE2_NO_UTF_CHECK,
                     ig->found, ig->bounds);

    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
        rc = pcre2_dfa_match(code, (PCRE2_SPTR)path, len, 0,
                             PCRE2_NO_UTF_CHECK | PCRE2_DFA_SHORTEST, ig->found,
                             NULL, space, DFA_SPACE);
    }
    if (rc == PCRE2_ERROR_NOMATCH)
        return 0;
    return rc >= 0 ? IGNORE_MATCHED : -ELOOP;
}

int
ignore_match(struct ignore *ig, const char *path, size_t len)
{
    int state = 0;

    if (!path_is_utf8(path, len))
        return -EILSEQ;
    for (size_t i = 0; i < ig->count; i++) {
        const struct rule *rule = &ig->rules[i];
        int rc;

        /* A match that would not change the state need not be looked for. */
        if ((state == IGNORE_MATCHED) != rule->negated)
            continue;
        rc = match(ig, rule, path, len);
        if (rc < 0)
            return rc;
        if (rc == IGNORE_MATCHED)
            state = rule->negated ? 0 : IGNORE_MATCHED;
    }
    return state;
}

size_t
ignore_dropped(const struct ignore *ig)
{
    return ig->dropped;
}

static bool
ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

bool
ignore_skips_dir(const char *name)
{
    if (name[0] == '.')
        return strcmp(name, ".siyuan") != 0;
    return strcmp(name, "filesys_status_check") == 0;
}

bool
ignore_skips_file(const char *path)
{
    static const char *const own[] = {
        "/storage/local.json",
        "/storage/recent-doc.json",
        "/storage/ref-used.json",
    };
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    if (name[0] == '.' || ends_with(name, ".tmp"))
        return true;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        size_t len = strlen(own[i]);
        size_t all = strlen(path);

        /* The data directory is called "data", and so may one inside it. */
        if (strcmp(path, own[i]) == 0 ||
            (all > len + 4 && strcmp(path + all - len, own[i]) == 0 &&
             memcmp(path + all - len - 4, "data", 4) == 0))
            return true;
    }
    return false;
}
