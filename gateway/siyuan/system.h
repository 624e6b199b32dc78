/*
 * system.h - /api/system/ and what belongs to it: logging in and out, how far
 * the boot is.
 *
 * The login takes the access code, or a token: whoever has one of them may
 * have a session with what it allows.  There is no captcha: the throttle of
 * the gate counts failed logins as well and shuts out after ten.
 */
#ifndef GATEWAY_SIYUAN_SYSTEM_H
#define GATEWAY_SIYUAN_SYSTEM_H

#include "gateway/http/request.h"
#include "gateway/service.h"

int system_login(struct service *s, struct request *r);
int system_logout(struct service *s, struct request *r);

/* Where SiYuan shows its login page: ours is the dashboard. */
int system_check_auth(struct service *s, struct request *r);

/* Open to all, so it tells no names. */
int system_boot_progress(struct service *s, struct request *r);
int system_boot_events(struct service *s, struct request *r);

int system_version(struct service *s, struct request *r);
int system_current_time(struct service *s, struct request *r);

#endif
