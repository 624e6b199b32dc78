/*
 * hub_address.h - the addresses of a hub as options give them: a base, and
 * for each socket an address that replaces what the base gives.
 *
 * Pure functions of text, but for the default base (endpoint.h).
 */
#ifndef SERVICES_RUNTIME_HUB_ADDRESS_H
#define SERVICES_RUNTIME_HUB_ADDRESS_H

#include "services/runtime/endpoint.h"
#include "services/runtime/options.h"

#define HUB_ADDRESS_WHY 512 /* bytes of a reason, with the NUL */

/* The sockets of a hub, as bits: which of them a program uses. */
enum hub_socket {
    HUB_INGEST = 1,
    HUB_FEED = 2,
    HUB_CONTROL = 4,
};

/* What the options say; NULL: not given. */
struct hub_address {
    const char *base, *ingest, *feed, *control;
    bool insecure;
};

/*
 * The rows of a program that connects to a hub, for `shared` in its table:
 * --hub, --hub-feed, --hub-control and --insecure; an engine's have
 * --hub-ingest as well.  Their struct begins with a struct hub_address.
 */
extern const struct option_table hub_address_options;
extern const struct option_table hub_address_engine_options;

/*
 * The addresses of the sockets in `uses`.  `option` is the name of the base
 * without dashes ("hub", "listen"), the others are it with "-ingest", "-feed"
 * and "-control".  Without a base, and with an address for each socket in
 * `uses`, no default is looked for and the other sockets are "".
 *
 * Returns 0, or -EINVAL with one line in why that names the option.
 */
int hub_address_choose(struct endpoints *out, const struct hub_address *given,
                       const char *option, unsigned uses,
                       char why[HUB_ADDRESS_WHY]);

/*
 * The first endpoint of `uses` that is not on this machine; NULL when all are
 * (one that is "" counts as here).  Without keys what is heard there can be
 * forged, and what is said there can be read.
 */
const char *hub_address_remote(const struct endpoints *hub, unsigned uses);

#endif
