#!/bin/sh
# Climbing tests of the view compiler: run.sh BUILD_DIR. Every bad input must be refused with its message (cases.txt); the good
# room is compiled, linked with the real web parts under the sanitizers, and fed hostile values (good.c).
set -u
build=${1:?usage: run.sh BUILD_DIR}
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
mkdir -p "$build/climb/viewc" && work=$(cd "$build/climb/viewc" && pwd)
cc="${CC:-gcc} -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wconversion -Wshadow -Wvla -Werror -fsanitize=address,undefined
    -fno-sanitize-recover=undefined"
passed=0 failed=0
pass() { passed=$((passed + 1)); }
miss() { failed=$((failed + 1)); echo "FAILED  $1"; }

$cc "$top"/tools/viewc*.c -o "$work/viewc" || exit 1
rm -rf "$work/cases" "$work/gen" && mkdir -p "$work/cases"
awk -v to="$work/cases" -v base="$here/base" '
    /^=== / { n++; dir = sprintf("%s/%03d", to, n); system("mkdir -p " dir " && cp -r " base " " dir "/room"); file = ""
              system("mkdir -p " dir "/room/html"); print substr($0, 5) > (dir "/name"); next }
    /^expect: / { print substr($0, 9) > (dir "/expect"); next }
    /^--- / { if (file) close(file); file = dir "/room/" $2; printf "" > file; next }
    file { print > file }' "$here/cases.txt"

for dir in "$work"/cases/*; do
    name=$(cat "$dir/name") expect=$(cat "$dir/expect") want=1
    case $expect in
    ok*) want=0 expect=${expect#ok} expect=${expect# } ;;
    esac
    (cd "$dir/room" && "$work/viewc" "$dir/gen" --icons "$here/icons" "web:$here/web" probe:. >/dev/null 2>"$dir/said")
    status=$?
    if [ $status -eq $want ] && grep -qF -- "$expect" "$dir/said"; then
        pass
    else
        miss "$name (exit $status): wanted: $expect"
        sed 's/^/    /' "$dir/said"
    fi
done

good() { "$work/viewc" "$work/gen" --icons "$here/icons" "web:$here/web" "probe:$here/good"; }
if good && cp -p "$work/gen/probe_view.c" "$work/before.c" && good && [ ! "$work/gen/probe_view.c" -nt "$work/before.c" ]; then
    pass
else
    miss "a second run leaves unchanged files alone"
fi
if "$work/viewc" 2>/dev/null; [ $? -eq 2 ]; then pass; else miss "wrong usage exits with 2"; fi
if "$work/viewc" "$work/gen" --icons "$here/icons" "web:$here/web" "probe:$here/good" "probe:$here/good" 2>/dev/null; [ $? -eq 2 ]
then pass; else miss "one room twice exits with 2"; fi
mkdir -p "$work/late/html" && printf 'view late_row\n  a text\n' >"$work/late/late.view"
printf '{{view late_row}}\n{{include probe.row this}}\n' >"$work/late/html/a.html"
for order in "late:$work/late probe:$here/good" ; do
    # shellcheck disable=SC2086
    if "$work/viewc" "$work/gen2" --icons "$here/icons" "web:$here/web" $order 2>&1 | grep -qF 'it belongs to a later room'; then
        pass; else miss "parts of later rooms are refused"; fi
done

if $cc -I"$top/src" -I"$work/gen" "$here/good.c" "$work"/gen/*.c "$top"/src/web/out.c "$top"/src/web/text.c "$top"/src/web/form.c \
    "$top"/src/base/*.c -o "$work/good" -ljansson -lcrypto -lpthread; then
    "$work/good" >"$work/good.out" 2>&1
    status=$?
    grep '^FAILED' "$work/good.out"
    more=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$work/good.out")
    less=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$work/good.out")
    passed=$((passed + ${more:-0})) failed=$((failed + ${less:-1}))
    if [ $status -ne 0 ] && [ "${less:-1}" -eq 0 ]; then
        miss "good ends with $status"
        cat "$work/good.out"
    fi
else
    miss "the generated code does not compile"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
