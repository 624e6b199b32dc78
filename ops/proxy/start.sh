#!/bin/sh
# Puts the port that clients use into the redirect, and becomes nginx.
set -eu

port=:${SYNCBUS_HTTPS_PORT:-443}
[ "$port" != :443 ] || port=
sed "s/@PORT@/$port/" /etc/syncbus-proxy/nginx.conf >/tmp/nginx.conf
exec nginx -e stderr -c /tmp/nginx.conf -g 'daemon off;'
