/*
 * siyuan_conf.h - where a SiYuan workspace syncs to, and with which key, as
 * its conf/conf.json says (dejavu-format.md 1.1 and 7.1).  Pure, over text.
 *
 * The text holds secrets: none of them gets into a message.
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_SIYUAN_CONF_H
#define SERVICES_SYNC_ENGINE_CONFIG_SIYUAN_CONF_H

#include "services/sync-engine/repo/key.h"

#include <stdbool.h>
#include <stddef.h>

#define SIYUAN_CONF_NAME_MAX 64 /* a cloud directory, with the NUL */
#define SIYUAN_CONF_PATH_MAX 4096
#define SIYUAN_CONF_WHY_MAX  256

enum siyuan_provider {
    SIYUAN_PROVIDER_SIYUAN = 0,
    SIYUAN_PROVIDER_S3 = 2,
    SIYUAN_PROVIDER_WEBDAV = 3,
    SIYUAN_PROVIDER_LOCAL = 4,
};

struct siyuan_conf {
    enum siyuan_provider provider;
    char cloud_name[SIYUAN_CONF_NAME_MAX]; /* valid; else "main", as there */
    char endpoint[SIYUAN_CONF_PATH_MAX];   /* of a local store; or "" */
    bool has_key;                          /* SiYuan made or got one */
    struct repo_key key;
};

/*
 * Read a whole conf.json.  What a kernel would take a default for when it is
 * absent has that default here.
 *
 * Returns 0; or -EINVAL with why saying which key is wrong and how ("sync.
 * provider: ..."), or -ENOMEM; on failure *out is left alone.
 */
int siyuan_conf_parse(struct siyuan_conf *out, const char *text, size_t len,
                      char why[SIYUAN_CONF_WHY_MAX]);

/* "SiYuan", "S3", "WebDAV", "Local". */
const char *siyuan_provider_name(enum siyuan_provider provider);

#endif
