#!/bin/bash
# Tells the build which commit it is of: writes Sources/CBuildStamp/commit.h, and only when that changed,
# so that nothing is compiled again for it.
set -euo pipefail
cd "$(dirname "$0")/.."

header=Sources/CBuildStamp/commit.h
text=
if commit=$(git rev-parse --verify --quiet HEAD 2>/dev/null); then
  [ -z "$(git status --porcelain --untracked-files=no)" ] || commit+=+
  text="#define BUILD_STAMP_COMMIT \"$commit\""
fi
if [ ! -f "$header" ]; then
  # The compiler noted only the headers that it found.
  touch Sources/CBuildStamp/build_stamp.c
elif [ "$(cat "$header")" = "$text" ]; then
  exit 0
fi
printf '%s\n' "$text" > "$header"
