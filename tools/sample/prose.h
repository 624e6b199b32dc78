/*
 * prose.h - words, titles, time stamps and SiYuan ids, drawn from an rng.
 *
 * Every text is valid UTF-8 that stands in JSON as it is.
 */
#ifndef TOOLS_SAMPLE_PROSE_H
#define TOOLS_SAMPLE_PROSE_H

#include "tools/sample/rng.h"

#include <stdio.h>

#define PROSE_STAMP_MAX 15 /* "20210808180117" and the NUL */
#define PROSE_ID_MAX    23 /* "20210808180117-6v0mkxr" and the NUL */
#define PROSE_TITLE_MAX 64

/* seconds: since 1970, UTC. */
void prose_stamp(char out[PROSE_STAMP_MAX], int64_t seconds);
void prose_id(char out[PROSE_ID_MAX], struct rng *r, int64_t seconds);

void prose_title(char out[PROSE_TITLE_MAX], struct rng *r);

/* Write one sentence of at most 140 bytes, most of it ASCII. */
void prose_sentence(FILE *out, struct rng *r);

/* Write exactly len bytes of ASCII words. */
void prose_exactly(FILE *out, struct rng *r, size_t len);

/*
 * Fill buf with lines of comma-separated words and numbers: what zstd makes
 * about a third of.  In pieces or whole, as rng_fill() when len is a multiple
 * of PROSE_ROW.
 */
#define PROSE_ROW 64
void prose_rows(struct rng *r, char *buf, size_t len);

#endif
