/*
 * ignore.h - which files never enter a snapshot (section 5.1): the fixed
 * rules, and the list of patterns with .siyuan/syncignore on top.
 *
 * A rule looser than the kernel's publishes what must stay here; a stricter
 * one deletes files on every other device.  Hence each pattern means exactly
 * what the kernel's regular expressions make of it.
 *
 * Threads: a struct ignore belongs to one thread at a time.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_IGNORE_H
#define SERVICES_SYNC_ENGINE_REPO_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#define IGNORE_MATCHED 1

#define IGNORE_TEXT_MAX  (1u << 20) /* bytes of a syncignore, at most */
#define IGNORE_RULES_MAX 4096       /* patterns, at most */

struct ignore;

/*
 * Compile the lines of a syncignore (len bytes at text, which is not kept)
 * and the built-in patterns behind them.  Lines the kernel cannot compile are
 * dropped, as it drops them.
 *
 * Returns 0 and sets *out, which the caller gives to ignore_free(); -E2BIG
 * over IGNORE_TEXT_MAX or IGNORE_RULES_MAX, or for a pattern too large for us
 * but not for the kernel; or -ENOMEM; and sets *out to NULL.
 */
int ignore_new(struct ignore **out, const char *text, size_t len);

/* Release.  NULL is fine. */
void ignore_free(struct ignore *ig);

/*
 * Is the file at this "/"-rooted path ignored by the patterns?  Directories
 * are never asked about: a pattern does not prune the walk.
 *
 * Returns 0 for no, IGNORE_MATCHED for yes, -EILSEQ when the path is not UTF-8,
 * or -ELOOP when a pattern cannot be decided within bounds: the snapshot must
 * fail, not guess.
 */
int ignore_match(struct ignore *ig, const char *path, size_t len);

/* Number of lines dropped because the kernel could not compile them. */
size_t ignore_dropped(const struct ignore *ig);

/*
 * The fixed rules for a directory's own name: hidden ones except .siyuan, and
 * filesys_status_check, are skipped with all they hold.
 */
bool ignore_skips_dir(const char *name);

/*
 * The fixed rules for a file at this "/"-rooted path below the data directory:
 * hidden, .tmp, and three files of the device itself.
 */
bool ignore_skips_file(const char *path);

#endif
