#!/bin/sh
# Installs what a bare Debian 12 lacks, builds, and runs every suite.
set -eu
cd "$(dirname "$0")"
sh tools/install-packages.sh all
exec make test "$@"
