#!/bin/sh
# Runs every cmocka program under BUILD/unit and adds up what they print. usage: test/unit.sh BUILD
B=${1:-build}; passed=0; failed=0; skipped=0
log=$(mktemp)
for t in $(find "$B/unit" -type f -name 'test_*' -perm -u+x ! -name '*.d' | sort); do
  timeout 120 "$t" > "$log" 2>&1; code=$?
  p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -1)
  f=$(sed -n 's/^\[  FAILED  \] .*tests\{0,1\}: \([0-9]*\) test.*/\1/p' "$log" | tail -1)
  s=$(sed -n 's/^\[  SKIPPED \] .*tests\{0,1\}: \([0-9]*\) test.*/\1/p' "$log" | tail -1)
  passed=$((passed + ${p:-0})); skipped=$((skipped + ${s:-0}))
  if [ $code -ne 0 ]; then
    failed=$((failed + ${f:-1}))
    echo "--- $t (exit $code)"; grep -v '^\[ *\(OK\|RUN\)' "$log" | tail -30
  fi
done
rm -f "$log"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
