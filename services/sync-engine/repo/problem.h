/*
 * problem.h - why something in the repository or the workspace failed: one
 * kind for the program, one text that names the thing for a person.
 *
 * Functions that can fail take a struct problem and fill it whenever they
 * return a negative value; the first one that can name the thing fills it and
 * logs it, everybody above only forwards.
 * Threads: a problem belongs to its caller.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_PROBLEM_H
#define SERVICES_SYNC_ENGINE_REPO_PROBLEM_H

#define PROBLEM_TEXT_MAX 201 /* bytes, with the NUL */

enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_NO_WORKSPACE,    /* there is no data/ folder */
    PROBLEM_EMPTY_WORKSPACE, /* not one file to snapshot */
    PROBLEM_BUSY_FILE,       /* kept changing through all attempts */
    PROBLEM_UNREADABLE,      /* a workspace file or folder: permission, I/O */
    PROBLEM_UNSAFE_PATH,     /* not UTF-8, too long, too deep */
    PROBLEM_DISK_FULL,       /* no space, quota, or a limit on file sizes */
    PROBLEM_DAMAGED,         /* the repository lacks an object, or it is bad */
    PROBLEM_WRONG_KEY,       /* the repository was made with another key */
    PROBLEM_CANCELLED,       /* the caller's flag was set */
    PROBLEM_PERMISSION,      /* the repository folder may not be written */
    PROBLEM_SYSTEM,          /* anything else: memory, threads, libraries */
};

struct problem {
    enum problem_kind kind;
    char text[PROBLEM_TEXT_MAX]; /* well-formed UTF-8, no control characters */
};

/*
 * Fill p and log it.  Bytes of the text that are not UTF-8, and control
 * characters, become \xNN; a text that is too long is cut.  PROBLEM_CANCELLED
 * is not logged.
 *
 * Returns -EIO, so that it can end a function.
 */
int problem_set(struct problem *p, enum problem_kind kind, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

/*
 * The same for a failed call on the repository folder: the kind that fits rc
 * (-errno), the text "<text>: <what the system says>".  Returns rc.
 */
int problem_errno(struct problem *p, int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for the workspace: the kind is PROBLEM_UNREADABLE.  Returns rc. */
int problem_unreadable(struct problem *p, int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
