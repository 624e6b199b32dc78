/*
 * stat.h - the text of `stat` in getSyncInfo: the result of the last run in
 * SiYuan's own words, which its clients parse.  Pure.
 */
#ifndef GATEWAY_SIYUAN_STAT_H
#define GATEWAY_SIYUAN_STAT_H

#include "proto/code.h"
#include "proto/state.h"

#include <stddef.h>
#include <stdint.h>

#define STAT_MAX       2048 /* bytes of the text, with the NUL */
#define STAT_BYTES_MAX 32

/*
 * "9.6 kB": base 1000, two decimals rounded up, trailing zeros cut.
 */
void stat_format_bytes(char out[STAT_BYTES_MAX], uint64_t bytes);

/* What SiYuan calls a provider in `stat`: "Local File System". */
const char *stat_provider(const char *token);

/*
 * Foreign text for where SiYuan's front end shows HTML; cut to fit cap bytes
 * with the NUL.
 */
void stat_escape_html(char *out, size_t cap, const char *text);

/* "" before the first run. */
void stat_format(char out[STAT_MAX], const struct state *s, enum lang lang);

#endif
