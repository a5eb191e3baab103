#!/bin/bash
# Writes docs/operators.md to standard output: the operator table, then how the ONNX project's operator cases fare.
#   tools/make-operators-doc.sh BUILD_DIR
#
# SPDX-License-Identifier: Apache-2.0
set -eu
export LC_ALL=C
build=${1:?usage: tools/make-operators-doc.sh BUILD_DIR}
report=$(mktemp)
trap 'rm -f "$report"' EXIT

"$build/src/cli/fixpoint-cli" operators --markdown --targets

cat <<'TEXT'

## Coverage of ONNX's operator cases

Each folder of the ONNX project's backend tests (Debian's libonnx-testdata) is one model with inputs and expected
outputs. A case passes when the model loads, its shapes are inferred, and every output is within the tolerance of ONNX's
own runner (1e-3 relative, 1e-7 absolute); it is not covered when it needs an operator or a kind of value that is not in
the table above.

| suite | cases | pass | not covered | fail |
|---|---|---|---|---|
TEXT

for suite in node simple pytorch-operator pytorch-converted; do
  "$build/tests/conformance/test-onnx-nodes" --suite "$suite" --report "$report.$suite" >/dev/null || true
  awk -F '\t' -v suite="$suite" '
    $2 == "pass" { pass++ } $2 ~ /^unsupported/ { open++ } { all++ }
    END { printf "| %s | %d | %d (%.1f %%) | %d | %d |\n", suite, all, pass, 100 * pass / all, open, all - pass - open }
  ' "$report.$suite"
done

cat <<'TEXT'

Not covered, and why:

| what is missing | cases |
|---|---|
TEXT
for suite in node simple pytorch-operator pytorch-converted; do
  awk -F '\t' -v suite="$suite" '$2 != "pass" { print $2 ": " $4 "\t" $1 }' "$report.$suite"
  rm -f "$report.$suite"
done | sort | awk -F '\t' '
  $1 != last { if (last != "") printf " |\n"; printf "| %s | %s", $1, $2; last = $1; next }
  { printf ", %s", $2 }
  END { if (last != "") printf " |\n" }'
