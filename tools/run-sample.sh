#!/bin/bash
# The main job on the built-in sample: its network becomes a fixed-point one for the RDK X5, with a report about what
# that costs. On a desktop, the window opens with it afterwards.
#   tools/run-sample.sh BUILDDIR
#
# SPDX-License-Identifier: Apache-2.0
set -eu

build=$(realpath "${1:?usage: tools/run-sample.sh BUILDDIR}")
cli=$build/src/cli/fixpoint-cli
app=$build/src/app/fixpoint
cd "$(dirname "$0")/.."
sample=data/sample
preprocess=$(sed -n 's/^ *"preprocess": "\(.*\)",$/\1/p' "$sample/sample.json")

step() {
  printf '\n\033[1m%s\033[0m\n' "$*"
}

step "Will it run on the board?"
"$cli" check "$sample/sample.onnx" --target rdk-x5 | tail -n 6

step "Convert it"
"$cli" convert "$sample/sample.onnx" --target rdk-x5 --dataset "$sample/calibration" --preprocess "$preprocess" \
  --test "$sample/test" --labels "$sample/test/labels.txt" -o "$build/sample"

step "How fast will it be?"
"$cli" perf "$sample/sample.onnx" --target rdk-x5 | sed -n '/ on RDK X5/,$p'

step "The report is $build/sample/sample_report.html"
if [ -x "$app" ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec meson devenv -C "$build" "$app" "$PWD/$sample/sample.fixpoint"
fi
