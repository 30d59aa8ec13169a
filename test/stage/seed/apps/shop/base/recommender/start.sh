#!/bin/sh
# Recommender: "people also bought". Remembers every page that it made, so that it need not be made again.
log() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1 recommender: $2"; }

trap 'exit 0' TERM
page=$(head -c 1048576 /dev/zero | tr '\0' x)
printf 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n' > /tmp/answer
touch /tmp/ready
log INFO "listening on port 8080"

remembered=
served=0
while :; do
  nc -l -p 8080 < /tmp/answer > /dev/null &
  wait $!
  remembered=$remembered$page
  served=$((served + 1))
  log INFO "served $served pages, remembers ${#remembered} bytes"
done
