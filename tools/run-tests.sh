#!/bin/bash
# Runs meson tests and ends with the line "N passed, N failed[, N skipped]"; fails if any test did, or none ran.
#   tools/run-tests.sh BUILDDIR [argument of meson test ...]
#
# SPDX-License-Identifier: Apache-2.0
set -eu

build=${1:?usage: tools/run-tests.sh BUILDDIR [argument of meson test ...]}
shift
rm -f "$build"/meson-logs/testlog.json "$build"/meson-logs/testlog.junit.xml
status=0
meson test -C "$build" --no-rebuild --print-errorlogs "$@" || status=$?
python3 "$(dirname "$0")/test-summary.py" "$build" || status=$?
exit $status
