#!/bin/sh
# The walls, shown by climbing: test/climb/walls/run.sh BUILD_DIR (a built one).
# bad/*.c: a tiny bad program each; its first line says in whose name it is compiled and what the compiler must answer.
# engine_test.c: a room of bad handlers behind the real engine, with its own schema through the real compilers.
set -u
cd "$(dirname "$0")/../../.." || exit 1
here=test/climb/walls
B=${1:-build}
LC_ALL=C; export LC_ALL
passed=0; failed=0
won() { passed=$((passed + 1)); }
lost() { failed=$((failed + 1)); echo "$1"; [ -n "${2:-}" ] && sed 's/^/    /' "$2" | tail -40; }
end() { echo "$passed passed, $failed failed"; [ "$failed" = 0 ]; exit $?; }
[ -x "$B/host/sqlc" ] && [ -x "$B/host/viewc" ] && [ -f "$B/gen/static_files.c" ] ||
    { lost "$B is not built: make B=$B first"; end; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

flags="-std=c11 -D_GNU_SOURCE -Isrc -I$dir/gen $(pkg-config --cflags libmicrohttpd sqlite3 libpq jansson libcrypto | sed 's/-I/-isystem /g') -include src/base/banned.h"
for bad in "$here"/bad/*.c; do
    want=$(sed -n '1s|^/\* [a-z]*: \(.*\) \*/$|\1|p' "$bad")
    room=; head -1 "$bad" | grep -q '^/\* room:' && room=-DYW_ROOM
    if gcc $flags $room -Wall -Wextra -Werror -fsyntax-only "$bad" > "$dir/said" 2>&1; then lost "$(basename "$bad"): it compiled"
    elif grep -qF -- "$want" "$dir/said"; then won
    else lost "$(basename "$bad"): the compiler did not say: $want" "$dir/said"; fi
done

mkdir -p "$dir/gen" "$dir/obj"
"$B/host/sqlc" "$dir/gen" core:src/core wall:$here/room > "$dir/said" 2>&1 &&
    "$B/host/viewc" "$dir/gen" --icons node_modules/bootstrap-icons/icons web:src/web core:src/core wall:$here/room \
        >> "$dir/said" 2>&1 ||
    { lost "the test's own room does not compile" "$dir/said"; end; }

debug="-g -O0 -DYW_DEBUG -fno-omit-frame-pointer"
kept() { # what it must say, options
    want=$1; shift
    gcc $flags $debug "$@" -o "$dir/kept" $here/arena_kept.c src/base/*.c -ljansson -lcrypto > "$dir/said" 2>&1 &&
        "$dir/kept" > "$dir/said" 2>&1
    if grep -q "$want" "$dir/said"; then won; else lost "arena_kept.c: it did not say: $want" "$dir/said"; fi
}
kept 'the kept byte is dd'
kept 'use-after-poison' -fsanitize=address

san="$debug -fsanitize=address,undefined -fno-sanitize-recover=undefined"
for f in src/base/*.c src/db/*.c src/web/*.c src/core/*.c "$dir"/gen/*.c "$B/gen/static_files.c" $here/engine_test.c; do
    echo "$f $dir/obj/$(echo "$f" | tr '/' '_').o"
done | xargs -P "$(nproc)" -n 2 sh -c "gcc $flags $san -c \"\$0\" -o \"\$1\" || exit 255" > "$dir/said" 2>&1 &&
    gcc $san "$dir"/obj/*.o -o "$dir/engine_test" \
        $(pkg-config --libs libmicrohttpd sqlite3 libpq jansson libcrypto) -lz -lcmocka -lpthread >> "$dir/said" 2>&1 ||
    { lost "engine_test does not compile" "$dir/said"; end; }
for t in $("$dir/engine_test" --list); do
    : > "$dir/log"
    if WALL_LOG=$dir/log timeout 60 "$dir/engine_test" "$t" > "$dir/said" 2>&1; then won
    else cat "$dir/log" >> "$dir/said"; lost "$t" "$dir/said"; fi
done
end
