#!/bin/bash
# Builds the Debian package from the last commit, away from the work tree, and puts it into a folder.
#   tools/make-deb.sh FOLDER
#
# SPDX-License-Identifier: Apache-2.0
set -eu

folder=$(realpath -m "${1:?usage: tools/make-deb.sh FOLDER}")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/fixpoint" "$folder" -p
git archive HEAD | tar -x -C "$work/fixpoint"
(cd "$work/fixpoint" && dpkg-buildpackage -b -us -uc)
mv "$work"/fixpoint_*.deb "$folder/"
ls "$folder"/fixpoint_*.deb
