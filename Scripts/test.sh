#!/bin/bash
# Runs every test of the build at hand. What failed is listed once more at the end, since a log of
# thousands of lines is often kept by its last ones only; the runner's summary comes last.
set -uo pipefail
cd "$(dirname "$0")/.."

log=.build/test.log
swift test -c release --skip-build --disable-xctest 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
if [ "$code" -ne 0 ]; then
  summary=$(grep -E 'Test run with [0-9]+ tests' "$log" | tail -n 1)
  echo
  echo "What failed (everything: $log):"
  grep -A 6 -E 'recorded an issue|^error:|[Ff]atal error|Crash' "$log" | grep -vE '^(◇|✔|--$)' | cut -c 1-400 \
    | head -n 60
  echo "${summary:-The tests ended without a summary, with exit code $code.}"
fi
exit "$code"
