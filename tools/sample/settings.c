#include "tools/sample/settings.h"

#include "tools/sample/prose.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool
has_end(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static void
write_notebook(FILE *out, struct rng *r)
{
    char title[PROSE_TITLE_MAX];

    prose_title(title, r);
    (void)fprintf(out,
                  "{\n  \"name\": \"%s\",\n  \"sort\": %u,\n  \"icon\": "
                  "\"1f4d4\",\n  \"closed\": false,\n  \"sortMode\": 15\n}\n",
                  title, (unsigned)rng_below(r, 20));
}

/* path: "data/storage/av/<id>.json" */
static void
write_database(FILE *out, const char *path, struct rng *r)
{
    size_t rows = 3 + rng_below(r, 20);
    char title[PROSE_TITLE_MAX], id[PROSE_ID_MAX];

    prose_title(title, r);
    (void)snprintf(id, sizeof id, "%s", strrchr(path, '/') + 1);
    (void)fprintf(out, "{\"spec\":3,\"id\":\"%s\",\"name\":\"%s\",\"rows\":[",
                  id, title);
    for (size_t i = 0; i < rows; i++) {
        prose_title(title, r);
        (void)fprintf(out, "%s{\"n\":%u,\"text\":\"%s\"}", i > 0 ? "," : "",
                      (unsigned)rng_below(r, 1000), title);
    }
    (void)fputs("]}", out);
}

static void
write_template(FILE *out, struct rng *r)
{
    (void)fputs("# {{now | date \"2006-01-02\"}}\n\n", out);
    for (size_t i = 0; i < 8; i++) {
        (void)fputs("* ", out);
        prose_sentence(out, r);
        (void)putc('\n', out);
    }
}

/*
 * The provider and key of a real workspace are secrets; this one has none, so
 * a sample can be shown to anyone.
 */
static void
write_kernel(FILE *out)
{
    (void)fputs(
        "{\"logLevel\":\"info\",\"lang\":\"en_US\",\"readOnly\":false,"
        "\"localIPs\":[],\"accessAuthCode\":\"\",\"system\":{\"id\":"
        "\"syncbus-sample\",\"name\":\"sample\",\"kernelVersion\":\"3.7.3\","
        "\"os\":\"linux\",\"container\":\"std\"},\"repo\":{\"key\":null,"
        "\"syncIndexTiming\":12000,\"indexRetentionDays\":180,"
        "\"retentionIndexesDaily\":2},\"sync\":{\"cloudName\":\"main\","
        "\"enabled\":false,\"perception\":false,\"mode\":1,\"interval\":30,"
        "\"synced\":0,\"stat\":\"\",\"generateConflictDoc\":false,"
        "\"provider\":4,\"s3\":null,\"webdav\":null,\"local\":{\"endpoint\":"
        "\"\",\"timeout\":60,\"concurrentReqs\":16}}}\n",
        out);
}

int
settings_write(FILE *out, const char *path, uint64_t seed)
{
    struct rng r;

    rng_init(&r, seed, rng_stream(path));
    if (strcmp(path, "conf/conf.json") == 0) {
        write_kernel(out);
    } else if (has_end(path, "syncignore")) {
        (void)fputs("/storage/petal/*/cache/*\n*.bak\n", out);
    } else if (strstr(path, "/av/") != NULL) {
        write_database(out, path, &r);
    } else if (has_end(path, ".siyuan/conf.json")) {
        write_notebook(out, &r);
    } else if (has_end(path, ".md")) {
        write_template(out, &r);
    } else if (has_end(path, "petals.json")) {
        (void)fputs("[{\"name\":\"sample\",\"enabled\":true,"
                    "\"displayName\":\"Sample\"}]",
                    out);
    } else {
        (void)fprintf(out, "{\"value\":%u}\n", (unsigned)rng_below(&r, 100000));
    }
    return ferror(out) != 0 ? -EIO : 0;
}
