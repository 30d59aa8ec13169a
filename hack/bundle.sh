#!/bin/sh
# Bundles the operator and the kubectl plugin, each into one file. A process that runs the old bundle meanwhile never sees half a file.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
mkdir -p "$root/dist"
made=$(mktemp -d "$root/dist/.bundle-XXXXXX")
trap 'rm -rf "$made"' EXIT INT TERM

# Dependencies that are CommonJS ask for `require`, which an ES module does not have.
banner="import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
"$root/node_modules/.bin/esbuild" agent-sre="$root/src/main.ts" kubectl-sre="$root/src/cli/main.ts" \
  --bundle --platform=node --target=node22.19 --format=esm --keep-names --banner:js="$banner" \
  --outdir="$made" --out-extension:.js=.mjs --log-level=warning
# What Node compiled of the old bundles is of no use any more.
rm -rf "$root/dist/.compile-cache"
for bundle in agent-sre kubectl-sre; do mv -f "$made/$bundle.mjs" "$root/dist/$bundle.mjs"; done
