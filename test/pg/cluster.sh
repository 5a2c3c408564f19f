#!/bin/sh
# Runs a command on a throw-away PostgreSQL cluster in a temporary directory, which goes away with it. The command finds the
# cluster's address in YIWANG_PG. Usage: test/pg/cluster.sh [--durable] COMMAND ...
# Without --durable the cluster does not sync: for suites that pull no plug.
set -u
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then
    echo "PostgreSQL's server is not installed (package postgresql-15)" >&2
    echo "0 passed, 1 failed"
    exit 1
fi
sync="-c fsync=off -c full_page_writes=off"
[ "${1:-}" = --durable ] && { sync=; shift; }
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
trap 'exit 1' INT TERM HUP

# PostgreSQL refuses to run as root: its own user then.
as=
mkdir "$dir/socket"
if [ "$(id -u)" = 0 ]; then
    chown -R postgres "$dir"
    as="runuser -u postgres --"
fi
cd "$dir" || exit 1
if ! $as "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1; then
    cat "$dir/initdb.log" >&2
    exit 1
fi
n=0
while :; do
    port=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
    port=$((20000 + port % 12000))
    # shellcheck disable=SC2086
    $as "$bin/postgres" -D "$dir/data" -k "$dir/socket" -p "$port" -c listen_addresses=127.0.0.1 $sync -c shared_buffers=32MB \
        -c max_connections=100 >"$dir/log" 2>&1 </dev/null &
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        [ -s "$dir/data/postmaster.pid" ] && "$bin/pg_isready" -q -h "$dir/socket" -p "$port" && break 2
        n=$((n + 1))
        [ $n -gt 300 ] && break 2
        sleep 0.1
    done
    n=$((n + 50))                                # the port was taken: another one
    [ $n -gt 300 ] && break
done
if ! "$bin/pg_isready" -q -h "$dir/socket" -p "$port"; then
    cat "$dir/log" >&2
    exit 1
fi
cd "$OLDPWD" || exit 1
YIWANG_PG="postgresql://postgres@127.0.0.1:$port/postgres"; export YIWANG_PG
"$@"
