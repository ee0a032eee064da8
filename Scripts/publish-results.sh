#!/usr/bin/env bash
# Copies a store to results.sqlite as it is committed: without predictions and without the paths of the
# machine it was made on (the figures stay as they are).
#
#     Scripts/publish-results.sh STORE [RESULTS]
set -euo pipefail
source_store=$1
target=${2:-results.sqlite}
root=data/fashion-products

rm -f "$target"
sqlite3 "$source_store" "VACUUM INTO '$target'"
sqlite3 "$target" <<SQL
PRAGMA foreign_keys = ON;
DELETE FROM prediction;
UPDATE setting SET value = '$root' WHERE key = 'dataset.root';
UPDATE sweep SET file = 'Experiments/' || name || '.yaml';
UPDATE run SET config = json_set(config, '\$.dataset.root', '$root'), weights_path = NULL;
VACUUM;
SQL
bytes=$(stat -c %s "$target")
if [ "$bytes" -gt 3000000 ]; then
  echo "$target has $bytes bytes, and should have 3 MB at most" >&2
  exit 1
fi
echo "$target: $bytes bytes"
