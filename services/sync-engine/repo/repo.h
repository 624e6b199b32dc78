/*
 * repo.h - the repository folder of one workspace on this disk: opened,
 * swept, its key checked.  What is in it: objects.h, indexes.h, refs.h.
 *
 * The folder is private to one process at a time; the caller holds a lock.
 * Paths in it are the keys of the cloud ("objects/ab/cdef...", "indexes/..",
 * "refs/latest"), so that a stored object is uploaded as the file
 * repo_dir() + key, as it is.
 *
 * Threads: open and close by one thread; the functions of objects.h may then
 * be called by many, each with its own struct worker.
 */
#ifndef SERVICES_SYNC_ENGINE_REPO_REPO_H
#define SERVICES_SYNC_ENGINE_REPO_REPO_H

#include "services/sync-engine/repo/key.h"
#include "services/sync-engine/repo/problem.h"

struct repo;
struct objects;
struct worker;

struct repo_options {
    const char *path;           /* made when missing; its parent exists */
    const struct repo_key *key; /* copied */
};

/*
 * Open or make the repository.  Temporary files of a killed run are removed;
 * when the machine went down during a run, objects written in it that do not
 * verify are removed too, so that they will be written again.
 *
 * Returns 0 and sets *out, which the caller gives to repo_close(); or a
 * negative value with *p filled (wrong key, damaged, disk full, permission)
 * and *out NULL.
 */
int repo_open(struct repo **out, const struct repo_options *opt,
              struct problem *p);

/* NULL is fine. */
void repo_close(struct repo *r);

/* Descriptor of the folder, for the *at() calls; r keeps it. */
int repo_dir(const struct repo *r);

/* The folder's name, for messages. */
const char *repo_path(const struct repo *r);

const struct repo_key *repo_key(const struct repo *r);

/* Its object store; r keeps it. */
struct objects *repo_objects(const struct repo *r);

/* Contexts for the calling thread of r (not for a worker pool's threads). */
struct worker *repo_worker(struct repo *r);

/*
 * Objects are going to be written: to be called before the first one, so that
 * an interrupted run is cleaned up after.  repo_end() follows the commit.
 *
 * Returns 0, or -errno with *p filled.
 */
int repo_begin(struct repo *r, struct problem *p);
void repo_end(struct repo *r);

/*
 * Everything written so far survives a power cut (one syncfs).  To be called
 * before an index or a ref names new objects.
 *
 * Returns 0, or -errno with *p filled.
 */
int repo_flush(struct repo *r, struct problem *p);

#endif
