#!/bin/bash
# Installs ONNX Runtime for node, which tests and benchmarks compare with, into DIR, if it is not there.
#   tools/setup-peer.sh DIR
# Exit status 1 if that cannot be done: no npm, or no network. Tests that need it then skip.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

[ $# = 1 ] || { sed -n 's/^#   /usage: /p' "$0" >&2; exit 2; }
here=$(dirname "$(readlink -f "$0")")
if [ -d "$1/node_modules/onnxruntime-node" ]; then
  exit 0
fi
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "setup-peer: no node and npm: comparisons with ONNX Runtime are left out" >&2
  exit 1
fi
# Made beside DIR and moved there when it is whole: an installation that was interrupted does not count.
rm -rf "$1.new"
mkdir -p "$1.new"
cp "$here/../benchmarks/float/package.json" "$1.new"
# The package carries its CPU library; its install script would only fetch GPU ones.
if ! (cd "$1.new" && npm install --ignore-scripts --no-audit --no-fund --fetch-retries 1 --loglevel error); then
  echo "setup-peer: npm could not install it: comparisons with ONNX Runtime are left out" >&2
  exit 1
fi
rm -rf "$1"
mv "$1.new" "$1"
