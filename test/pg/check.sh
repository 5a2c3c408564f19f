#!/bin/sh
# Creates the whole schema and prepares every query on a real PostgreSQL 15: a throw-away cluster in a temporary
# directory, reached by a unix socket only. Usage: test/pg/check.sh BUILD_DIR [pg_check.sql]
set -u
build=${1:-build}
sql=${2:-$build/gen/pg_check.sql}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then
    echo "test/pg/check.sh: PostgreSQL's server is not installed (package postgresql-15)"
    echo "0 passed, 1 failed"
    exit 1
fi
[ -f "$sql" ] || { echo "test/pg/check.sh: $sql is missing: make first"; echo "0 passed, 1 failed"; exit 1; }

dir=$(mktemp -d)
end() {
    pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ]; then
        kill -INT "$pid" 2>/dev/null
        while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    fi
    rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' INT TERM

# PostgreSQL refuses to run as root: its own user then.
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as="runuser -u postgres --"
fi
cd "$dir" || exit 1
case $sql in /*) ;; *) sql=$OLDPWD/$sql ;; esac
mkdir "$dir/socket"
[ "$(id -u)" = 0 ] && chown postgres "$dir/socket"
if ! $as "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1; then
    cat "$dir/initdb.log"
    echo "0 passed, 1 failed"
    exit 1
fi
$as "$bin/postgres" -D "$dir/data" -k "$dir/socket" -c listen_addresses= -c fsync=off -c shared_buffers=16MB >"$dir/log" 2>&1 &
job=$!
n=0
until [ -s "$dir/data/postmaster.pid" ] && "$bin/pg_isready" -q -h "$dir/socket"; do
    n=$((n + 1))
    if [ $n -gt 300 ] || ! kill -0 "$job" 2>/dev/null; then
        cat "$dir/log"
        echo "0 passed, 1 failed"
        exit 1
    fi
    sleep 0.1
done
if "$bin/psql" -X -h "$dir/socket" -U postgres -d postgres -v ON_ERROR_STOP=1 -f - <"$sql" 2>"$dir/errors"; then
    echo "1 passed, 0 failed"
else
    sed "s|^psql:<stdin>:|$(basename "$sql"):|" "$dir/errors"
    echo "0 passed, 1 failed"
    exit 1
fi
