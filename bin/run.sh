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
  exec "$node" "$bundle" "$@"
}
