/*
 * address.h - who is local?  Addresses and host names as text.  Pure.
 */
#ifndef GATEWAY_HTTP_ADDRESS_H
#define GATEWAY_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* An IP address; IPv4 as ::ffff:a.b.c.d. */
struct address {
    unsigned char bytes[16];
};

/* Parse len bytes of text.  Returns 0, or -EINVAL and leaves *out alone. */
int address_parse(struct address *out, const char *text, size_t len);

bool address_is_equal(const struct address *a, const struct address *b);

/* 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct address *a);

/*
 * "localhost", "*.localhost" or a loopback address, with or without a port;
 * an IPv6 address with a port stands in brackets.
 */
bool address_is_local_host(const char *host);

/*
 * Is the host of this origin ("http://localhost:6806") local?  "null", other
 * schemes than http and https, and what is no origin at all are not.
 */
bool address_is_local_origin(const char *origin);

/*
 * The client that a chain of trusted proxies names: the last address of
 * X-Forwarded-For that is not itself trusted.  Returns 0, or -EINVAL when the
 * list is empty or holds something else than addresses.
 */
int address_of_client(struct address *out, const char *forwarded_for,
                      const struct address *trusted, size_t count);

#endif
