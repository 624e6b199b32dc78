/*
 * place.h - how two folders lie to each other: a store inside the workspace
 * would be synced into itself.
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_PLACE_H
#define SERVICES_SYNC_ENGINE_CONFIG_PLACE_H

enum place {
    PLACE_APART,
    PLACE_SAME,
    PLACE_INSIDE, /* a lies inside b */
    PLACE_AROUND, /* b lies inside a */
};

/*
 * Compare two folders as the file system knows them, whatever symbolic links
 * their names go through.  Returns enum place, or -errno (-ENOENT: one of
 * them does not exist).
 */
int place_compare(const char *a, const char *b);

#endif
