#!/bin/bash
# Takes the pictures of the window that the README and the software centers show, on an X server in memory: the test of
# a whole session stops at each of them.
#   tools/take-screenshots.sh BUILD
#
# SPDX-License-Identifier: Apache-2.0
set -eu

build=$(realpath "${1:?usage: tools/take-screenshots.sh BUILD}")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# session SCHEME: pictures in $work/SCHEME
session() {
  ADW_DEBUG_COLOR_SCHEME=prefer-$1 GSETTINGS_BACKEND=memory GSETTINGS_SCHEMA_DIR=$build/data \
    FIXPOINT_DATA_DIR=$PWD/data tests/app/with-display.sh "$build/tests/app/test-session" "--pictures=$work/$1" \
    >"$work/$1.log" 2>&1 || {
    cat "$work/$1.log" >&2
    exit 1
  }
}

session light
session dark
for name in converted inputs calibration colored-by-error board-timeline; do
  cp "$work/light/$name.png" docs/screenshots/
done
cp "$work/dark/converted.png" docs/screenshots/converted-dark.png
ls docs/screenshots/*.png
