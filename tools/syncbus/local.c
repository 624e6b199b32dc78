#include "tools/syncbus/local.h"

#include "services/runtime/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCAL_PATH_MAX 4096
#define WATCHES_FILE   "/proc/sys/fs/inotify/max_user_watches"
#define WALK_FD_MAX    16

/* ---- sockets ---- */

static void
judge_socket_folder(struct judge *j, const char *path, const struct stat *st)
{
    struct judge_note note = {.name = "socket folder", .level = JUDGE_WARN};
    unsigned mode = (unsigned)(st->st_mode & 07777);

    if ((mode & S_IWOTH) != 0) {
        note.level = JUDGE_FAIL;
        note.remedy = "Anybody can put a hub of his own there: chmod o-w it.";
        judge_add(j, &note, "%s: everybody may write (mode %04o)", path, mode);
    } else if (st->st_uid != 0 && st->st_uid != geteuid() && geteuid() != 0) {
        note.remedy = "Its owner sees and may change what is said on the bus:"
                      " is it the user syncbus-aggregator should run as?";
        judge_add(j, &note, "%s belongs to user %u", path,
                  (unsigned)st->st_uid);
    } else if ((mode & S_IXOTH) != 0) {
        note.remedy = "Everybody on this machine can command the engines:"
                      " chmod 750 it.";
        judge_add(j, &note, "%s: everybody may enter (mode %04o)", path, mode);
    } else {
        note.level = JUDGE_OK;
        judge_add(j, &note, "%s, mode %04o", path, mode);
    }
}

void
local_check_socket(struct judge *j, const char *endpoint)
{
    struct judge_note note = {.name = "socket folder", .level = JUDGE_FAIL};
    char path[ENDPOINT_MAX];
    struct stat st;

    if (endpoint_folder(path, endpoint) != 0)
        return; /* tcp */
    if (stat(path, &st) != 0) {
        note.remedy = "syncbus-aggregator makes it; its parent must be there.";
        judge_add(j, &note, "%s: %s", path, strerrordesc_np(errno));
        return;
    }
    judge_socket_folder(j, path, &st);
}

/* ---- folders ---- */

static void
look_at(struct judge_folder *f)
{
    struct statvfs fs;
    struct stat st;

    if (stat(f->path, &st) != 0) {
        f->error = errno;
        return;
    }
    f->is_folder = S_ISDIR(st.st_mode);
    f->is_writable = access(f->path, W_OK | X_OK) == 0;
    f->is_private = (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (statvfs(f->path, &fs) == 0) {
        f->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    } else {
        f->error = errno;
    }
}

/* Does somebody hold this lock file?  -errno when that cannot be told. */
static int
is_held(const char *folder, const char *name)
{
    struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    char path[LOCAL_PATH_MAX];
    int fd, rc = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    /* Shared and for a moment: those who hold it hold it alone. */
    if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
        rc = errno == EWOULDBLOCK ? 1 : -errno;
    } else if (fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK) {
        rc = 1;
    }
    close(fd);
    return rc;
}

static void
check_state(struct judge *j, const char *path)
{
    struct judge_folder f = {
        .name = "state", .path = path, .wants_private = true};
    struct judge_note note = {.name = "state"};
    int held;

    look_at(&f);
    judge_folder(j, &f);
    if (f.error != 0 || !f.is_folder)
        return;
    held = is_held(path, "lock");
    if (held < 0) {
        note.level = JUDGE_WARN;
        note.remedy = "Run this as the engine's user.";
        judge_add(j, &note, "%s/lock: %s", path, strerrordesc_np(-held));
    } else {
        judge_add(j, &note, "%s: %s", path,
                  held ? "an engine runs on it" : "no engine runs on it");
    }
}

/* Folders below data/, which an engine that watches wants to watch. */
static unsigned long folders_seen;

static int
count_folder(const char *path, const struct stat *st, int kind,
             struct FTW *place)
{
    (void)path;
    (void)st;
    (void)place;
    folders_seen += kind == FTW_D;
    return 0;
}

static unsigned long
read_limit(void)
{
    FILE *file = fopen(WATCHES_FILE, "re");
    unsigned long limit = 0;
    char text[32] = "";

    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) != NULL)
        limit = strtoul(text, NULL, 10);
    (void)fclose(file);
    return limit;
}

static void
check_watches(struct judge *j, const char *data)
{
    struct judge_note note = {
        .name = "watches",
        .remedy = "sysctl fs.inotify.max_user_watches to more than twice the"
                  " folders, or --watch no."};
    unsigned long limit = read_limit();

    folders_seen = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread walks */
    if (limit == 0 || nftw(data, count_folder, WALK_FD_MAX, FTW_PHYS) != 0)
        return;
    if (folders_seen > limit / 2)
        note.level = folders_seen > limit ? JUDGE_FAIL : JUDGE_WARN;
    judge_add(j, &note, "%lu folders to watch, this user may watch %lu",
              folders_seen, limit);
}

static void
check_kernel(struct judge *j, const char *path)
{
    struct judge_note note = {.name = "workspace"};
    int held = is_held(path, ".lock");

    if (held == 0) {
        judge_add(j, &note, "%s: no SiYuan kernel has it open", path);
        return;
    }
    note.level = JUDGE_WARN;
    if (held < 0) {
        note.remedy = "Run this as the engine's user.";
        judge_add(j, &note, "%s/.lock: %s", path, strerrordesc_np(-held));
    } else {
        note.remedy = "The engine starts beside it only with --beside-kernel;"
                      " let SiYuan's own synchronisation be off then.";
        judge_add(j, &note, "%s: a SiYuan kernel has it open", path);
    }
}

static void
check_workspace(struct judge *j, const char *path)
{
    char data[LOCAL_PATH_MAX];
    struct judge_folder f = {.name = "workspace", .path = data};
    struct judge_note note = {.name = "workspace",
                              .level = JUDGE_FAIL,
                              .remedy = "A SiYuan workspace is the folder that"
                                        " has data/, not data/ itself."};

    (void)snprintf(data, sizeof data, "%s/data", path);
    if (access(path, F_OK) == 0 && access(data, F_OK) != 0 && errno == ENOENT) {
        judge_add(j, &note, "%s has no folder data/", path);
        return;
    }
    look_at(&f);
    if (f.error == 0 && access(data, R_OK) != 0)
        f.error = errno;
    judge_folder(j, &f);
    if (f.error != 0 || !f.is_folder)
        return;
    check_kernel(j, path);
    check_watches(j, data);
}

void
local_check_folders(struct judge *j, const struct settings *settings)
{
    struct judge_folder store = {.name = "store", .path = settings->local_path};

    if (settings->state != NULL)
        check_state(j, settings->state);
    if (settings->workspace != NULL)
        check_workspace(j, settings->workspace);
    if (settings->local_path != NULL) {
        look_at(&store);
        judge_folder(j, &store);
    }
}
