#!/bin/sh
# The SQL compiler on bad input: test/climb/sqlc/run.sh BUILD_DIR. NAME.sql is one or more files, each after a line
# "--@ path"; what comes before is case/case.sql. Around it stand the sound rooms of base/. NAME.want: lines that must all
# stand in the compiler's message; or the one word "accepted".
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-build}
sqlc=$build/host/sqlc
[ -x "$sqlc" ] || { echo "run.sh: $sqlc is missing: make first"; echo "0 passed, 1 failed"; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0
for sql in "$here"/*.sql; do
    name=$(basename "$sql" .sql)
    rm -rf "$dir/src" "$dir/out" && mkdir -p "$dir/out" && cp -r "$here/base" "$dir/src"
    awk -v dir="$dir/src/" 'BEGIN { path = dir "case/case.sql" }
        /^--@ / { path = dir $2; printf "" > path; next } { print > path }' "$sql"
    "$sqlc" "$dir/out" "core:$dir/src/core" "item:$dir/src/item" "case:$dir/src/case" "watch:$dir/src/watch" >"$dir/said" 2>&1
    status=$?
    ok=yes
    if [ "$(cat "$here/$name.want")" = accepted ]; then
        [ $status = 0 ] || ok=no
    else
        [ $status = 1 ] || ok=no
        [ -e "$dir/out/schema.c" ] && ok=no
        while IFS= read -r line; do
            grep -qF -- "$line" "$dir/said" || ok=no
        done <"$here/$name.want"
    fi
    if [ $ok = yes ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name: exit $status, it said:"
        sed "s|$dir/src/||; s/^/    /" "$dir/said"
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
