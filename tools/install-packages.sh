#!/bin/sh
# install-packages.sh build|all: installs what is missing of tools/packages.txt, quietly, only missing packages.
set -eu
cd "$(dirname "$0")/.."

here() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || command -v "$1" >/dev/null 2>&1
}

missing=
while read -r package group _; do
    case "$package" in '' | '#'*) continue ;; esac
    [ "$1" = all ] || [ "$group" = "$1" ] || continue
    here "$package" || missing="$missing $package"
done < tools/packages.txt
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is not Debian: install the counterparts of these packages yourself:$missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "Packages are missing and there is no sudo. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# DEBIAN_FRONTEND through env: sudo drops the caller's environment.
# shellcheck disable=SC2086  # a list of words
if ! { $as_root apt-get -q update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "The packages could not be installed. Is there a network? By hand: apt-get install$missing" >&2
    exit 1
fi
