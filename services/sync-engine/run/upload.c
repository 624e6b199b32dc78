#include "services/sync-engine/run/upload.h"

#include "services/sync-engine/repo/objects.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define WORKERS_MAX 64

/*
 * Objects are taken in batches: the list is sorted, so a batch lies in one
 * folder of the store and workers do not wait for each other's folder.
 */
#define BATCH 64

struct upload {
    const struct upload_options *opt;
    const struct plan_list *list;
    atomic_size_t next;
    atomic_bool failed;
    pthread_mutex_t mutex; /* guards the rest */
    struct upload_count sent;
    struct fault fault;
    int rc;
};

static void
fail(struct upload *u, int rc, const struct fault *f)
{
    pthread_mutex_lock(&u->mutex);
    if (!atomic_load(&u->failed)) {
        u->rc = rc;
        u->fault = *f;
        atomic_store(&u->failed, true);
    }
    pthread_mutex_unlock(&u->mutex);
}

/* Send one object; count it when it was not there.  0 or negative. */
static int
send_object(const struct upload *u, const struct plan_object *object,
            struct upload_count *sent, struct fault *f)
{
    const struct upload_options *opt = u->opt;
    char key[OBJECTS_KEY_MAX];
    struct store_body body = {.dir_fd = opt->repo_dir, .path = key};
    int rc = opt->should_stop(opt->ctx, f);

    if (rc < 0)
        return rc;
    objects_key(&object->id, key);
    rc = store_put(opt->store, key, &body, 0, f);
    if (rc < 0)
        return rc;
    if (rc != STORE_PRESENT) {
        sent->objects++;
        sent->bytes += object->size_bytes;
    }
    opt->on_sent(opt->ctx, object);
    return 0;
}

static void *
work(void *arg)
{
    struct upload *u = arg;
    struct upload_count sent = {0};
    struct fault f = {0};
    size_t first;

    while (!atomic_load(&u->failed) &&
           (first = atomic_fetch_add(&u->next, BATCH)) < u->list->count) {
        size_t end =
            first + BATCH < u->list->count ? first + BATCH : u->list->count;

        for (size_t i = first; i < end && !atomic_load(&u->failed); i++) {
            int rc = send_object(u, &u->list->objects[i], &sent, &f);

            if (rc < 0)
                fail(u, rc, &f);
        }
    }
    pthread_mutex_lock(&u->mutex);
    u->sent.objects += sent.objects;
    u->sent.bytes += sent.bytes;
    pthread_mutex_unlock(&u->mutex);
    return NULL;
}

int
upload_send(const struct upload_options *opt, const struct plan_list *list,
            struct upload_count *sent, struct fault *f)
{
    struct upload u = {.opt = opt, .list = list};
    pthread_t threads[WORKERS_MAX];
    size_t batches = (list->count + BATCH - 1) / BATCH;
    unsigned started = 0;

    pthread_mutex_init(&u.mutex, NULL);
    /* This thread works too; one that cannot start is one less. */
    while (started + 1 < opt->workers && started + 1 < batches &&
           started < WORKERS_MAX &&
           pthread_create(&threads[started], NULL, work, &u) == 0)
        started++;
    (void)work(&u);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&u.mutex);
    *sent = u.sent;
    if (u.rc < 0)
        *f = u.fault;
    return u.rc;
}
