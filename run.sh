#!/bin/sh
# Installs what a bare Debian 12 lacks, builds, and serves the demo province on http://127.0.0.1:8080 (PORT=, DATA=).
set -eu
cd "$(dirname "$0")"
sh tools/install-packages.sh build
exec make run "$@"
