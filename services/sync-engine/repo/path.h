/*
 * path.h - which names a file may have (sections 5.2 and 10.1, 13 and 15).
 *
 * A repository path is "/" and the path below the data directory, raw bytes,
 * no normalisation.  Paths from the cloud are hostile until checked.
 * Threads: every function is pure; call from anywhere.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_PATH_H
#define SERVICES_SYNC_ENGINE_REPO_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define PATH_LEN_MAX     4095 /* bytes, without the NUL */
#define PATH_SEGMENT_MAX 255  /* bytes between two slashes */

/*
 * May this be the path of a file of ours?
 *
 * Returns 0; -EINVAL when it is not "/"-rooted, names no file, or has an
 * empty, "." or ".." segment; -EILSEQ when it holds a NUL or is not UTF-8;
 * -ENAMETOOLONG when it or a segment is too long.
 */
int path_check(const char *path, size_t len);

/* Why path_check() refused: a short English clause for a log line. */
const char *path_reason(int rc);

/* Is it well-formed UTF-8 (RFC 3629), without NUL? */
bool path_is_utf8(const char *text, size_t len);

/* Bytes of the UTF-8 character at text, or 0 when there is none; for loops
 * over text that may be anything.  A NUL counts as a character. */
size_t path_utf8_step(const char *text, size_t len);

#endif
