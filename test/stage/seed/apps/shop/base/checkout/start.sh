#!/bin/sh
# Checkout: takes a basket to a paid order.
log() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1 checkout: $2"; }

log INFO "starting"
case $PAYMENT_TIMEOUT_MS in
  '' | *[!0-9]*)
    log FATAL "PAYMENT_TIMEOUT_MS has to be a whole number of milliseconds, got \"$PAYMENT_TIMEOUT_MS\""
    exit 1
    ;;
esac

mkdir -p /tmp/www
echo "ok; payments may take $PAYMENT_TIMEOUT_MS ms" > /tmp/www/healthz
httpd -f -p 8080 -h /tmp/www &
trap 'kill $!; exit 0' TERM
log INFO "listening on port 8080, payments may take $PAYMENT_TIMEOUT_MS ms"
wait $!
