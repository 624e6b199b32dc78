#include "tools/sample/content.h"

#include "tools/sample/doc.h"
#include "tools/sample/prose.h"
#include "tools/sample/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 18) /* bytes; a multiple of PROSE_ROW and 8 */

int
content_write_all(int fd, const void *buf, size_t len)
{
    const char *p = buf;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* What programs look at first in a PNG; the rest is noise. */
static void
add_png_head(char *buf, size_t len)
{
    static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0\0\0\3\0"
                               "\b\6\0\0\0";

    memcpy(buf, head, len < sizeof head - 1 ? len : sizeof head - 1);
}

static int
write_asset(int fd, const struct catalog_entry *e, struct rng *rng)
{
    static char buf[PIECE]; /* one thread, one file at a time */
    const char *dot = strrchr(e->path, '.');
    int rc = 0;

    for (uint64_t at = 0; rc == 0 && at < e->size; at += PIECE) {
        size_t n = e->size - at < PIECE ? (size_t)(e->size - at) : PIECE;

        if (e->kind == CATALOG_ROWS) {
            prose_rows(rng, buf, n);
        } else {
            rng_fill(rng, buf, n);
        }
        if (at == 0 && dot != NULL && strcmp(dot, ".png") == 0)
            add_png_head(buf, n);
        rc = content_write_all(fd, buf, n);
    }
    return rc;
}

static int
render(FILE *out, const struct catalog_entry *e, uint64_t seed,
       unsigned version)
{
    const char *name = strrchr(e->path, '/') + 1;
    char id[PROSE_ID_MAX];
    struct doc doc = {.id = id,
                      .seed = seed,
                      .version = version,
                      .updated_s = e->mtime_ms / 1000,
                      .size = (size_t)e->size};

    if (e->kind == CATALOG_SETTINGS)
        return settings_write(out, e->path, seed);
    (void)snprintf(id, sizeof id, "%s", name);
    return doc_write(out, &doc);
}

static int
write_text(int fd, const struct catalog_entry *e, uint64_t seed,
           unsigned version)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int rc;

    if (out == NULL)
        return -ENOMEM;
    rc = render(out, e, seed, version);
    if (fclose(out) != 0 || rc != 0)
        rc = -ENOMEM; /* the only thing that fails in memory */
    if (rc == 0)
        rc = content_write_all(fd, text, len);
    free(text);
    return rc;
}

int
content_write(int fd, const struct catalog_entry *e, uint64_t seed,
              unsigned version)
{
    struct rng rng;

    if (e->kind == CATALOG_DOC || e->kind == CATALOG_SETTINGS)
        return write_text(fd, e, seed, version);
    rng_init(&rng, seed, rng_stream(e->path) + version);
    return write_asset(fd, e, &rng);
}
