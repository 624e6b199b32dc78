/*
 * watch.h - has somebody edited the workspace?  inotify on every folder of
 * data/ that the walk visits.
 *
 * A hint, never the truth: what is missed here is found by the next run of
 * the interval, and a hint too many costs one walk.  So files are judged by
 * their names alone, as the walk does before it looks at syncignore.
 *
 * Threads: one.
 */
#ifndef SERVICES_SYNC_ENGINE_WATCH_H
#define SERVICES_SYNC_ENGINE_WATCH_H

#include <stdbool.h>

struct watch;

/* Was path ("/"-rooted in data/) written by ourselves? */
typedef bool (*watch_own_fn)(void *ctx, const char *path);

/*
 * Watch the folder data, which is kept as a copy.
 *
 * Returns 0 and *out for watch_close(); or -errno after one log line that
 * says what ran out (and the sysctl that has more), and *out NULL.
 */
int watch_open(struct watch **out, const char *data);

/* Readable when there is something to drain; -1 for NULL. */
int watch_fd(const struct watch *w);

#define WATCH_EDITED 1 /* somebody wrote, renamed or removed a file */

/*
 * Take in all that happened, follow new and renamed folders; never blocks.
 * What is_own (or NULL) calls ours does not count.  A full queue counts as an
 * edit, and the tree is looked through again.
 *
 * Returns 0 or WATCH_EDITED; or -errno after one log line: the watch has
 * holes from now on and is only good for watch_close().
 */
int watch_drain(struct watch *w, watch_own_fn is_own, void *ctx);

/* NULL is fine. */
void watch_close(struct watch *w);

#endif
