#!/bin/bash
# Runs the tests of the rooms that touch raw memory, threads or files from strangers under a sanitizer of
# the compiler's, in a build folder of its own.
#
#     Scripts/sanitize.sh address|thread [FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=${1:?address or thread}
filter=${2:-KernelsTests|FilesTests|WeightsTests|ImagesTests}
# OpenBLAS and the decoders are not compiled with the sanitizer; leaks of theirs are not ours to judge.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1
export TSAN_OPTIONS="halt_on_error=0:second_deadlock_stack=1:suppressions=$PWD/Scripts/tsan-suppressions.txt"
swift test -c release --sanitize "$sanitizer" --scratch-path ".build-$sanitizer" --disable-xctest \
  --filter "$filter"
