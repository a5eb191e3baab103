#!/bin/bash
# docs/operators.md must be what tools/make-operators-doc.sh writes today, as TAP.
#   check-docs.sh SOURCE_ROOT BUILD_ROOT
#
# SPDX-License-Identifier: Apache-2.0
set -u
echo 1..1
if difference=$("$1/tools/make-operators-doc.sh" "$2" | diff "$1/docs/operators.md" - | head -20) && [ -z "$difference" ]; then
  echo "ok 1 - docs/operators.md is up to date"
else
  echo "not ok 1 - docs/operators.md is old: run make docs"
  sed 's/^/#   /' <<<"$difference"
fi
