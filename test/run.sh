#!/bin/sh
# Runs the suites one after the other and closes with their sum. usage: test/run.sh quick|full|torture BUILD
# Each suite is a program that prints `N passed, N failed[, N skipped]` as its last line; what it prints before is shown
# when something failed.
MODE=${1:-full}; B=${2:-build}
cd "$(dirname "$0")/.." || exit 1
YIWANG_BUILD=$B; export YIWANG_BUILD
[ -n "$YIWANG_DATA" ] || { [ -d ../shared/data ] && YIWANG_DATA=$(cd ../shared/data && pwd); }
export YIWANG_DATA
P=0; F=0; S=0
suite() { # name seconds command...
  name=$1; limit=$2; shift 2
  out=$(mktemp); start=$(date +%s)
  timeout -k 10 "$limit" "$@" > "$out" 2>&1 < /dev/null; code=$?
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$out" | tail -1)
  p=$(echo "$line" | sed -n 's/^\([0-9]*\) passed.*/\1/p'); f=$(echo "$line" | sed -n 's/.* \([0-9]*\) failed.*/\1/p')
  s=$(echo "$line" | sed -n 's/.* \([0-9]*\) skipped.*/\1/p')
  [ -z "$line" ] && { p=0; f=1; }
  [ $code -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=1
  P=$((P + ${p:-0})); F=$((F + ${f:-0})); S=$((S + ${s:-0}))
  printf '%-16s %4s passed %3s failed %3s skipped  %4ss\n' "$name" "${p:-0}" "${f:-0}" "${s:-0}" "$(($(date +%s) - start))"
  if [ "${f:-0}" -ne 0 ]; then tail -60 "$out" | sed 's/^/    /'; else grep -E '^covered |^seed |^note ' "$out" | sed 's/^/    /'; fi
  rm -f "$out"
}
node_suite() { [ -f "test/$1.mjs" ] && suite "$1" "$2" node "test/$1.mjs"; }

make -s B="$B" unit || exit 1
suite unit 300 sh test/unit.sh "$B"
[ -f demo/check.mjs ] && suite demo 60 node demo/check.mjs
node_suite transcripts 120
if [ "$MODE" != quick ]; then
  suite climb-sql 120 sh test/climb/sqlc/run.sh "$B"
  suite climb-view 120 sh test/climb/viewc/run.sh "$B"
  [ -f test/climb/walls/run.sh ] && suite climb-walls 240 sh test/climb/walls/run.sh "$B"
  suite postgresql 180 sh test/pg/check.sh "$B"
  suite postgresql-story 240 sh test/pg/cluster.sh node test/story.mjs
  suite postgresql-pair 180 sh test/pg/cluster.sh node test/pg/pair.mjs
  suite postgresql-move 120 sh test/pg/cluster.sh node test/pg/move.mjs
  suite postgresql-pages 240 sh test/pg/cluster.sh node test/transcripts.mjs
  node_suite story 240
  node_suite browser 600
  node_suite refused 300
  node_suite mail 120
  node_suite durable 300
  node_suite disk 180
  node_suite backup 120
  # the same once more under ASan and UBSan, each handler run twice (YW_DEBUG)
  if make -s B="$B-asan" SAN=address all unit; then
    suite unit-asan 600 sh test/unit.sh "$B-asan"
    YIWANG_BUILD="$B-asan"
    suite transcripts-asan 300 node test/transcripts.mjs
    suite story-asan 400 node test/story.mjs
    YIWANG_BUILD=$B
  else
    F=$((F + 1)); echo "the sanitizer build failed"
  fi
fi
[ "$MODE" = torture ] && node_suite durable 3600
echo "$P passed, $F failed, $S skipped"
[ $F -eq 0 ]
