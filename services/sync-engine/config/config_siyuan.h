/*
 * config_siyuan.h - --siyuan-conf: what was not given as an option comes from
 * a workspace's conf/conf.json.
 */
#ifndef SERVICES_SYNC_ENGINE_CONFIG_CONFIG_SIYUAN_H
#define SERVICES_SYNC_ENGINE_CONFIG_CONFIG_SIYUAN_H

#include "services/sync-engine/config/config.h"
#include "services/sync-engine/config/siyuan_conf.h"

/*
 * Read the file c->siyuan_conf, if there is one, into *conf and fill what is
 * missing in c from it.  An option that was given wins; where it says
 * something else than the file, a log line tells.  c then points into conf;
 * the key stays in conf (has_key) for the caller to use and wipe.
 *
 * Returns 0; or CONFIG_WRONG after one line that names the file and the key
 * in it.
 */
int config_siyuan(struct config *c, struct siyuan_conf *conf);

#endif
