#!/bin/bash
# The main job on the built-in sample: what is in the network, where its nodes go on a board, and how well it does in
# float on its labeled pictures.
#   tools/run-sample.sh BUILDDIR
#
# SPDX-License-Identifier: Apache-2.0
set -eu

cli=$(realpath "${1:?usage: tools/run-sample.sh BUILDDIR}")/src/cli/fixpoint-cli
cd "$(dirname "$0")/.."
sample=data/sample
preprocess=$(sed -n 's/^ *"preprocess": "\(.*\)",$/\1/p' "$sample/sample.json")

"$cli" inspect "$sample/sample.onnx"
"$cli" check "$sample/sample.onnx" --target rdk-x5
"$cli" evaluate "$sample/sample.onnx" --dataset "$sample/test" --labels "$sample/test/labels.txt" \
  --preprocess "$preprocess"
