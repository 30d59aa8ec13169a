# Sourced by the commands beside it: runs a bundle of this checkout with the Node that npm brought, whatever Node is on the PATH.
# `self` is the real path of the command. The bundle is made when it is missing, or older than the source.

root=$(cd "$(dirname "$self")/.." && pwd -P)
node=$root/node_modules/.bin/node

run() {
  name=$1
  shift
  bundle=$root/dist/$name.mjs
  if [ ! -x "$node" ]; then
    echo "$name: the packages of this checkout are not installed; run: (cd $root && npm ci)" >&2
    exit 1
  fi
  if [ ! -f "$bundle" ] || [ -n "$(find "$root/src" "$root/package.json" -newer "$bundle" -print | head -n 1)" ]; then
    if ! sh "$root/hack/bundle.sh" >&2; then
      echo "$name: the bundle could not be made; what is wrong is said above. If packages are missing, run: (cd $root && npm ci)" >&2
      exit 1
    fi
  fi
  # Compiled code from the last start saves half of the time to start, and memory; a small young generation is enough for what we do.
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/dist/.compile-cache}
  # One arena, and what is freed goes back: a fifth of the memory of a process that idles is glibc's else.
  MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1} MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-65536} MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-65536}
  export NODE_COMPILE_CACHE MALLOC_ARENA_MAX MALLOC_TRIM_THRESHOLD_ MALLOC_MMAP_THRESHOLD_
  # src/compose/idleMemory.ts asks for a collection when nothing is going on.
  exec "$node" --max-semi-space-size=4 --expose-gc "$bundle" "$@"
}
