#include "services/sync-engine/config/config_siyuan.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20) /* a kernel's has some 100 KiB */

/* The whole file; -EFBIG over FILE_MAX.  *out is for wipe_text(). */
static int
read_text(char **out, size_t *len, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    ssize_t n = 1;
    int rc = 0;

    *out = NULL;
    *len = 0;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) != 0) {
        rc = -errno;
    } else if (!S_ISREG(st.st_mode)) {
        rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    } else if ((uint64_t)st.st_size > FILE_MAX) {
        rc = -EFBIG;
    } else if ((*out = malloc((size_t)st.st_size + 1)) == NULL) {
        rc = -ENOMEM;
    }
    while (rc == 0 && *len < (size_t)st.st_size && n > 0) {
        n = read(fd, *out + *len, (size_t)st.st_size - *len);
        if (n < 0) {
            rc = -errno;
        } else {
            *len += (size_t)n;
        }
    }
    close(fd);
    return rc;
}

static void
wipe_text(char *text, size_t len)
{
    if (text != NULL)
        explicit_bzero(text, len);
    free(text);
}

static int
load(struct siyuan_conf *conf, const char *path)
{
    char why[SIYUAN_CONF_WHY_MAX] = "";
    size_t len;
    char *text;
    int rc = read_text(&text, &len, path);

    if (rc == 0)
        rc = siyuan_conf_parse(conf, text, len, why);
    wipe_text(text, len);
    if (rc < 0) {
        log_line(LOG_ERROR, "--siyuan-conf %s: %s", path,
                 why[0] != '\0' ? why : strerrordesc_np(-rc));
    }
    return rc == 0 ? 0 : CONFIG_WRONG;
}

/* One text: the option's when it was given, else the file's. */
static void
choose(const char **option, const char *name, const char *value,
       const char *path, const char *key)
{
    bool is_given = options_given(name) && *option != NULL;

    if (is_given && strcmp(*option, value) != 0) {
        log_line(LOG_WARN, "--%s %s wins over %s in %s, which has %s", name,
                 *option, key, path, value);
    }
    if (!is_given)
        *option = value;
}

static int
take_store(struct config *c, struct siyuan_conf *conf)
{
    const char *path = c->siyuan_conf;
    const char *provider = siyuan_provider_name(conf->provider);

    if (conf->provider != SIYUAN_PROVIDER_LOCAL) {
        /* A store of another kind, all of it given by hand. */
        if (options_given("provider") && c->local_path != NULL) {
            log_line(LOG_WARN,
                     "--provider %s wins over sync.provider in %s, which has "
                     "%d (%s)",
                     c->provider, path, (int)conf->provider, provider);
            return 0;
        }
        log_line(LOG_ERROR,
                 "--siyuan-conf %s: sync.provider is %d (%s), which is not "
                 "there yet; give --provider local and --local-path",
                 path, (int)conf->provider, provider);
        return CONFIG_WRONG;
    }
    if (options_given("provider") && strcmp(c->provider, "local") != 0) {
        log_line(LOG_WARN,
                 "--provider %s wins over sync.provider in %s, which has 4 "
                 "(Local)",
                 c->provider, path);
        return 0;
    }
    choose(&c->cloud_name, "cloud-name", conf->cloud_name, path,
           "sync.cloudName");
    if (c->local_path == NULL && conf->endpoint[0] != '/') {
        log_line(LOG_ERROR,
                 "--siyuan-conf %s: sync.local.endpoint: %s; give --local-path",
                 path,
                 conf->endpoint[0] == '\0' ? "no folder is set"
                                           : "not an absolute path");
        return CONFIG_WRONG;
    }
    if (conf->endpoint[0] != '\0') {
        choose(&c->local_path, "local-path", conf->endpoint, path,
               "sync.local.endpoint");
    }
    return 0;
}

static int
take_key(const struct config *c, struct siyuan_conf *conf)
{
    if (c->repo_key != NULL || c->repo_passphrase != NULL) {
        if (conf->has_key) {
            log_line(LOG_INFO, "the key given wins over repo.key in %s",
                     c->siyuan_conf);
        }
        conf->has_key = false;
        key_wipe(&conf->key);
    } else if (!conf->has_key) {
        log_line(LOG_ERROR,
                 "--siyuan-conf %s: repo.key: no key is set; make one in "
                 "SiYuan, or give --repo-key-file",
                 c->siyuan_conf);
        return CONFIG_WRONG;
    }
    return 0;
}

int
config_siyuan(struct config *c, struct siyuan_conf *conf)
{
    int rc;

    if (c->siyuan_conf == NULL)
        return 0;
    rc = load(conf, c->siyuan_conf);
    if (rc == 0)
        rc = take_store(c, conf);
    if (rc == 0)
        rc = take_key(c, conf);
    if (rc != 0)
        return rc;
    log_line(LOG_INFO, "from %s: store %s, cloud directory %s%s",
             c->siyuan_conf, c->local_path, c->cloud_name,
             conf->has_key ? ", key" : "");
    return 0;
}
