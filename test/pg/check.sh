#!/bin/sh
# Creates the whole schema and prepares every query on a real PostgreSQL 15 (a throw-away cluster unless YIWANG_PG names one),
# then runs the engine's own tests on it. Usage: test/pg/check.sh BUILD_DIR [pg_check.sql]
set -u
build=${1:-build}
sql=${2:-$build/gen/pg_check.sql}
[ -f "$sql" ] || { echo "test/pg/check.sh: $sql is missing: make first"; echo "0 passed, 1 failed"; exit 1; }
[ -n "${YIWANG_PG:-}" ] || exec sh "$(dirname "$0")/cluster.sh" sh "$0" "$@"
passed=0; failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
psql=$(ls -d /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1)
if "$psql" -X -v ON_ERROR_STOP=1 -f - "$YIWANG_PG" <"$sql" 2>"$log"; then
    passed=1
else
    sed "s|^psql:<stdin>:|$(basename "$sql"):|" "$log"
    failed=1
fi
for t in "$build/unit/db/test/test_query" "$build/unit/db/test/test_batch" "$build/unit/db/test/test_file"; do
    if "$t" >"$log" 2>&1; then
        passed=$((passed + $(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -1)))
    else
        grep -v '^\[ *\(OK\|RUN\)' "$log" | tail -30
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
