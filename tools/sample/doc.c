/*
 * doc.c - headings, paragraphs, quotations, lists and code, then a last
 * paragraph that is as long as the size asked for needs.
 */
#include "tools/sample/doc.h"

#include "tools/sample/prose.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* No block is longer, with its comma; nor is the frame of the last one. */
#define BLOCK_MAX 1600
#define FRAME_MAX 200

struct writer {
    FILE *out;
    struct rng rng;
    int64_t updated_s;
};

/* The opening of a block, up to its children. */
static void
open_block(struct writer *w, const char *type, const char *extra)
{
    char id[PROSE_ID_MAX], stamp[PROSE_STAMP_MAX];

    prose_id(id, &w->rng,
             w->updated_s - 86400 - (int64_t)rng_below(&w->rng, 86400));
    prose_stamp(stamp, w->updated_s);
    (void)fprintf(w->out,
                  "{\"ID\":\"%s\",\"Type\":\"%s\",%s\"Properties\":{\"id\":"
                  "\"%s\",\"updated\":\"%s\"},\"Children\":[",
                  id, type, extra, id, stamp);
}

static void
close_block(struct writer *w)
{
    (void)fputs("]}", w->out);
}

static void
write_text(struct writer *w, size_t sentences)
{
    (void)fputs("{\"Type\":\"NodeText\",\"Data\":\"", w->out);
    for (size_t i = 0; i < sentences; i++)
        prose_sentence(w->out, &w->rng);
    (void)fputs("\"}", w->out);
}

static void
write_paragraph(struct writer *w, size_t sentences)
{
    open_block(w, "NodeParagraph", "");
    write_text(w, sentences);
    close_block(w);
}

static void
write_heading(struct writer *w)
{
    char level[32];

    (void)snprintf(level, sizeof level, "\"HeadingLevel\":%d,",
                   (int)(1 + rng_below(&w->rng, 4)));
    open_block(w, "NodeHeading", level);
    write_text(w, 1);
    close_block(w);
}

static void
write_quotation(struct writer *w)
{
    open_block(w, "NodeBlockquote", "");
    (void)fputs("{\"Type\":\"NodeBlockquoteMarker\",\"Data\":\">\"},", w->out);
    write_paragraph(w, 2);
    close_block(w);
}

static void
write_list(struct writer *w)
{
    open_block(w, "NodeList", "\"ListData\":{},");
    for (size_t i = 0; i < 2; i++) {
        if (i > 0)
            (void)putc(',', w->out);
        open_block(w, "NodeListItem",
                   "\"Data\":\"*\",\"ListData\":{\"BulletChar\":42,"
                   "\"Marker\":\"Kg==\"},");
        write_paragraph(w, 1);
        close_block(w);
    }
    close_block(w);
}

static void
write_code(struct writer *w)
{
    open_block(w, "NodeCodeBlock", "\"IsFencedCodeBlock\":true,");
    (void)fputs("{\"Type\":\"NodeCodeBlockFenceOpenMarker\",\"Data\":\"```\"},"
                "{\"Type\":\"NodeCodeBlockFenceInfoMarker\"},"
                "{\"Type\":\"NodeCodeBlockCode\",\"Data\":\"",
                w->out);
    prose_exactly(w->out, &w->rng, 200);
    (void)fputs(
        "\"},{\"Type\":\"NodeCodeBlockFenceCloseMarker\",\"Data\":\"```\"}",
        w->out);
    close_block(w);
}

static void
write_block(struct writer *w)
{
    switch (rng_below(&w->rng, 8)) {
    case 0:
        write_heading(w);
        break;
    case 1:
        write_quotation(w);
        break;
    case 2:
        write_list(w);
        break;
    case 3:
        write_code(w);
        break;
    default:
        write_paragraph(w, 1 + rng_below(&w->rng, 4));
        break;
    }
    (void)putc(',', w->out);
}

static void
write_head(struct writer *w, const struct doc *doc)
{
    char title[PROSE_TITLE_MAX], stamp[PROSE_STAMP_MAX];
    struct rng names;

    rng_init(&names, doc->seed, rng_stream(doc->id));
    prose_title(title, &names);
    prose_stamp(stamp, doc->updated_s);
    (void)fprintf(w->out,
                  "{\"ID\":\"%s\",\"Spec\":\"1\",\"Type\":\"NodeDocument\","
                  "\"Properties\":{\"id\":\"%s\",\"title\":\"%s\",\"type\":"
                  "\"doc\",\"updated\":\"%s\"},\"Children\":[",
                  doc->id, doc->id, title, stamp);
}

int
doc_write(FILE *out, const struct doc *doc)
{
    static const char end[] = "\"}]}]}";
    struct writer w = {.out = out, .updated_s = doc->updated_s};
    size_t used;

    assert(doc->size >= DOC_SIZE_MIN);
    rng_init(&w.rng, doc->seed, rng_stream(doc->id) + doc->version + 1);
    write_head(&w, doc);
    while ((size_t)ftello(out) + BLOCK_MAX + FRAME_MAX < doc->size)
        write_block(&w);
    open_block(&w, "NodeParagraph", "");
    (void)fputs("{\"Type\":\"NodeText\",\"Data\":\"", out);
    used = (size_t)ftello(out) + sizeof end - 1;
    assert(used <= doc->size);
    prose_exactly(out, &w.rng, doc->size - used);
    (void)fputs(end, out);
    return ferror(out) != 0 ? -EIO : 0;
}
