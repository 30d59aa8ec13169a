#!/bin/sh
# Says, all at once and before anything is fetched, what this machine lacks to run the tests and the demo.
set -u
missing=''

lack() { missing="$missing\n  - $1"; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least MAJOR MINOR VERSION
at_least() {
  major=${3%%.*}; rest=${3#*.}; minor=${rest%%.*}
  [ "$major" -gt "$1" ] 2>/dev/null || { [ "$major" -eq "$1" ] && [ "$minor" -ge "$2" ]; } 2>/dev/null
}

have git || lack 'git: install it with the package manager of this machine'
have npm || lack 'npm: it comes with Node'
if have node; then
  version=$(node --version | sed 's/^v//')
  at_least 20 0 "$version" || lack "Node 20 or newer: this is $version"
else
  lack 'Node 20 or newer: https://nodejs.org'
fi

if have go; then
  version=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
  at_least 1 26 "$version" || have docker || lack "Go 1.26 or newer, or Docker: Go is $version"
else
  have docker || lack 'Go 1.26 or newer (https://go.dev), or Docker: one of them brings the parts of the test cluster'
fi

[ -z "$missing" ] && exit 0
printf 'agent-sre: this machine lacks:%b\n' "$missing" >&2
exit 1
