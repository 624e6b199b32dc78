/*
 * objects.c - the 256 folders of the object store.
 *
 * Writing 40 000 small files is most of a first snapshot, so each costs just
 * four calls on a folder that is opened once: does it exist, create, write,
 * rename.  A folder is opened when first needed: an unchanged run opens none.
 */
#include "services/sync-engine/repo/objects.h"

#include "services/sync-engine/repo/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER     "objects"
#define FANOUT     256
#define NAME_LEN   (OID_HEX_LEN - 2)
#define SEALED_MAX (PACK_RECORD_MAX + (1u << 20)) /* what packing may add */

struct objects {
    int dir_fd;   /* the folder "objects" */
    int below_fd; /* of another repository, only looked into; -1: none */
    atomic_int folders[FANOUT];
};

/* Where an object is: a folder's descriptor and the name in it. */
struct place {
    int fd;
    char name[NAME_LEN + 1];
};

char *
objects_key(const struct oid *id, char out[OBJECTS_KEY_MAX])
{
    char hex[OID_HEX_MAX];

    oid_to_hex(id, hex);
    (void)snprintf(out, OBJECTS_KEY_MAX, FOLDER "/%.2s/%s", hex, hex + 2);
    return out;
}

int
objects_open(struct objects **out, int dir_fd, struct problem *p)
{
    struct objects *o = calloc(1, sizeof *o);
    int rc;

    *out = NULL;
    if (o == NULL)
        return problem_errno(p, -ENOMEM, "object store");
    o->dir_fd = o->below_fd = -1;
    for (int i = 0; i < FANOUT; i++)
        atomic_init(&o->folders[i], -1);
    rc = disk_make_folder(dir_fd, FOLDER);
    if (rc == 0) {
        o->dir_fd = openat(dir_fd, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = o->dir_fd < 0 ? -errno : 0;
    }
    if (rc != 0) {
        objects_close(o);
        return problem_errno(p, rc, "repository folder " FOLDER);
    }
    *out = o;
    return 0;
}

void
objects_close(struct objects *o)
{
    if (o == NULL)
        return;
    for (int i = 0; i < FANOUT; i++) {
        int fd = atomic_load(&o->folders[i]);

        if (fd >= 0)
            (void)close(fd);
    }
    if (o->dir_fd >= 0)
        (void)close(o->dir_fd);
    free(o);
}

void
objects_look_below(struct objects *o, int dir_fd)
{
    o->below_fd = dir_fd;
}

/* Is it in the repository below? */
static bool
is_below(const struct objects *o, const struct oid *id)
{
    char key[OBJECTS_KEY_MAX];

    return o->below_fd >= 0 &&
           faccessat(o->below_fd, objects_key(id, key), F_OK, 0) == 0;
}

/* Open the folder and publish it; another thread may have been faster. */
static int
open_folder(struct objects *o, unsigned number, const char *name)
{
    int expected = -1;
    int fd;
    int rc = disk_make_folder(o->dir_fd, name);

    if (rc != 0)
        return rc;
    fd = openat(o->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (atomic_compare_exchange_strong(&o->folders[number], &expected, fd))
        return fd;
    (void)close(fd);
    return expected;
}

static int
locate(struct place *out, struct objects *o, const struct oid *id)
{
    char hex[OID_HEX_MAX];
    unsigned number = id->bytes[0];

    oid_to_hex(id, hex);
    memcpy(out->name, hex + 2, sizeof out->name);
    out->fd = atomic_load(&o->folders[number]);
    if (out->fd < 0) {
        hex[2] = '\0';
        out->fd = open_folder(o, number, hex);
    }
    return out->fd < 0 ? out->fd : 0;
}

static int
fail(struct problem *p, int rc, const struct oid *id)
{
    char key[OBJECTS_KEY_MAX];

    return problem_errno(p, rc, "%s", objects_key(id, key));
}

static int
damaged(struct problem *p, const struct oid *id, const char *why)
{
    char key[OBJECTS_KEY_MAX];

    return problem_set(p, PROBLEM_DAMAGED, "%s is damaged: %s",
                       objects_key(id, key), why);
}

int
objects_stored_size(struct objects *o, const struct oid *id, uint64_t *size,
                    struct problem *p)
{
    struct place at;
    struct stat st;
    int rc = locate(&at, o, id);

    if (rc != 0)
        return fail(p, rc, id);
    if (fstatat(at.fd, at.name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? OBJECTS_ABSENT : fail(p, -errno, id);
    *size = (uint64_t)st.st_size;
    return 0;
}

int
objects_exists(struct objects *o, const struct oid *id, struct problem *p)
{
    struct place at;
    int rc = locate(&at, o, id);

    if (rc != 0)
        return fail(p, rc, id);
    if (faccessat(at.fd, at.name, F_OK, 0) == 0)
        return 0;
    if (errno != ENOENT)
        return fail(p, -errno, id);
    return is_below(o, id) ? 0 : OBJECTS_ABSENT;
}

/* Pack and seal plain into w->sealed, the ciphertext over the packed bytes. */
static int
seal(struct worker *w, const struct buffer *plain)
{
    struct buffer *out = &w->sealed;
    size_t packed;
    int rc;

    out->len = 0;
    rc = buffer_reserve(out, CIPHER_NONCE);
    if (rc != 0)
        return rc;
    out->len = CIPHER_NONCE;
    rc = pack_compress(w->pack, out, plain->data, plain->len);
    if (rc == 0)
        rc = buffer_reserve(out, CIPHER_TAG);
    if (rc != 0)
        return rc;
    packed = out->len - CIPHER_NONCE;
    out->len += CIPHER_TAG;
    return cipher_seal(w->cipher, out->data, out->data + CIPHER_NONCE, packed);
}

static int
store(const struct place *at, struct worker *w, const struct oid *id,
      const struct buffer *plain, struct problem *p)
{
    int rc = seal(w, plain);

    if (rc == 0)
        rc = disk_write(at->fd, at->name, w->sealed.data, w->sealed.len);
    return rc == 0 ? 0 : fail(p, rc, id);
}

int
objects_write(struct objects *o, struct worker *w, const struct oid *id,
              const struct buffer *plain, struct problem *p)
{
    struct place at;
    int rc = locate(&at, o, id);

    if (rc != 0)
        return fail(p, rc, id);
    if (faccessat(at.fd, at.name, F_OK, 0) == 0 || is_below(o, id))
        return 0;
    return store(&at, w, id, plain, p);
}

int
objects_replace(struct objects *o, struct worker *w, const struct oid *id,
                const struct buffer *plain, struct problem *p)
{
    struct place at;
    int rc = locate(&at, o, id);

    return rc == 0 ? store(&at, w, id, plain, p) : fail(p, rc, id);
}

/* Read, open and unpack an object into *out. */
static int
read_plain(struct objects *o, struct worker *w, const struct oid *id,
           struct buffer *out, struct problem *p)
{
    struct buffer *sealed = &w->sealed;
    char key[OBJECTS_KEY_MAX];
    struct place at;
    int rc = locate(&at, o, id);

    out->len = 0;
    if (rc == 0)
        rc = disk_read(at.fd, at.name, sealed, SEALED_MAX);
    if (rc == -ENOENT && o->below_fd >= 0)
        rc = disk_read(o->below_fd, objects_key(id, key), sealed, SEALED_MAX);
    if (rc == -ENOENT)
        return OBJECTS_ABSENT;
    if (rc != 0)
        return fail(p, rc, id);
    rc = cipher_open(w->cipher, sealed->data + CIPHER_NONCE, sealed->data,
                     sealed->len);
    if (rc == -EBADMSG)
        return damaged(p, id, "it does not decrypt");
    if (rc == 0) {
        rc = pack_decompress(w->pack, out, sealed->data + CIPHER_NONCE,
                             sealed->len - CIPHER_OVERHEAD, PACK_RECORD_MAX);
    }
    if (rc == -EBADMSG || rc == -EFBIG)
        return damaged(p, id, "it does not unpack");
    return rc == 0 ? 0 : fail(p, rc, id);
}

int
objects_read_chunk(struct objects *o, struct worker *w, const struct oid *id,
                   struct buffer *out, struct problem *p)
{
    struct oid found;
    int rc = read_plain(o, w, id, out, p);

    if (rc != 0)
        return rc;
    rc = oid_of_bytes(&found, out->data, out->len);
    if (rc != 0)
        return fail(p, rc, id);
    if (!oid_equal(&found, id))
        return damaged(p, id, "its content is not what its name says");
    return 0;
}

int
objects_read_file(struct objects *o, struct worker *w, const struct oid *id,
                  struct objects_file *out, struct problem *p)
{
    struct file_record record;
    int rc = read_plain(o, w, id, &w->text, p);

    if (rc != 0)
        return rc;
    rc = file_record_decode(&record, out->arena, &w->text, id);
    if (rc == -ENOMEM)
        return fail(p, rc, id);
    if (rc != 0)
        return damaged(p, id, "it is not the file record its name says");
    out->record = record;
    return 0;
}
