#!/bin/bash
# From a fresh clone to a report: set-up, build, sweep, report, and how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

results=quickstart.sqlite
experiment=Experiments/quickstart-fashion-mnist-lt.yaml

SECONDS=0
Scripts/setup.sh
Scripts/stamp.sh
setup=$SECONDS
swift build -c release --product poise
build=$((SECONDS - setup))

poise=.build/release/poise
status=0
"$poise" sweep "$experiment" --results "$results" || status=$?
sweep=$((SECONDS - setup - build))
# 2: some runs failed. The report says which; anything else leaves nothing to report.
[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || exit "$status"

echo
"$poise" report --results "$results"

echo
echo "set-up $setup s, build $build s, sweep $sweep s, together $SECONDS s"
echo "The runs are in $results; query them with: sqlite3 $results 'SELECT * FROM help'"
exit "$status"
