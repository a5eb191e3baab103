#!/bin/bash
# Installs the Debian 12 packages that a purpose needs and that are not there yet; asks for nothing when all are.
#   tools/setup.sh build|test|arm|format|fuzz|bench|deb|sample ...
# A name with a command behind it (npm:npm) also counts as there when that command is.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

build='build-essential meson:meson ninja-build:ninja pkg-config:pkg-config libglib2.0-dev libjson-glib-dev
  libprotobuf-c-dev protobuf-c-compiler:protoc-c protobuf-compiler:protoc libdnnl-dev libjpeg62-turbo-dev libpng-dev libyaml-dev
  libgtk-4-dev libadwaita-1-dev gettext:msgfmt adwaita-icon-theme librsvg2-common'
test="$build desktop-file-utils:desktop-file-validate appstream:appstreamcli libxml2-utils:xmllint libonnx-testdata python3-onnx python3-numpy xvfb:Xvfb"
arm="$build gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user debootstrap"
format='clang-format:clang-format'
fuzz="$build clang libclang-rt-14-dev"
bench="$build xvfb:Xvfb nodejs:node npm:npm python3-torch python3-torchvision python3-onnx python3-numpy"
deb="$build debhelper:dh desktop-file-utils appstream"
sample='python3-torch python3-onnx python3-numpy python3-pil'

usage() {
  sed -n 's/^#   /usage: /p' "$0" >&2
  exit 2
}

[ $# -gt 0 ] || usage
wanted=
for purpose in "$@"; do
  case $purpose in
    build | test | arm | format | fuzz | bench | deb | sample) wanted+=" ${!purpose}" ;;
    *) usage ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not Debian; install the counterparts of:" $wanted >&2
  exit 0
fi

missing=()
for entry in $wanted; do
  package=${entry%%:*} command=${entry#"$package"} command=${command#:}
  if [ -n "$command" ] && command -v "$command" >/dev/null; then
    continue
  fi
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "setup: installing ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
  root=(env)
elif command -v sudo >/dev/null; then
  root=(sudo env)
else
  echo "setup: needs root or sudo to install: ${missing[*]}" >&2
  exit 1
fi
# A third-party source that does not answer must not stop us; what is really missing fails in the next step.
"${root[@]}" apt-get -q update || echo "setup: some package lists could not be fetched" >&2
"${root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}"
