#!/bin/bash
# Builds the numerics for 64-bit Arm and runs their tests under emulation, the NEON loops against the scalar ones.
#   tools/test-arm.sh DIR
# DIR keeps the libraries of that architecture and the build.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

[ $# = 1 ] || { sed -n 's/^#   /usage: /p' "$0" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
root=$dir/root
libraries=libc6-dev,libglib2.0-dev,libjson-glib-dev,libprotobuf-c-dev,libdnnl-dev,libgomp1
libraries+=,libjpeg62-turbo-dev,libpng-dev,libyaml-dev
tests='int8 int8-kernels int8-engine requant q-softmax'

# Unpacked only: nothing in it runs but what the tests are linked with.
if [ ! -e "$dir/root.done" ]; then
  rm -rf "$root"
  debootstrap --foreign --arch=arm64 --variant=minbase --include="$libraries" bookworm "$root" http://deb.debian.org/debian
  for package in "$root"/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$root"
  done
  # Links to absolute places would lead to this machine's libraries.
  find "$root/usr/lib" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
    ln -sfn "$root$target" "$link"
  done
  touch "$dir/root.done"
fi

cat > "$dir/cross.ini" <<END
[binaries]
c = ['aarch64-linux-gnu-gcc', '--sysroot=$root']
cpp = ['aarch64-linux-gnu-g++', '--sysroot=$root']
ar = 'aarch64-linux-gnu-ar'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-aarch64', '-L', '$root']
[properties]
sys_root = '$root'
pkg_config_libdir = '$root/usr/lib/aarch64-linux-gnu/pkgconfig:$root/usr/share/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'cortex-a72'
endian = 'little'
END
[ -e "$dir/build/build.ninja" ] || meson setup --cross-file "$dir/cross.ini" -Dbuildtype=debugoptimized -Dapp=disabled \
  "$dir/build" .
# Only what these tests need: the rest of a build runs programs that it has just built.
ninja -C "$dir/build" $(printf 'tests/core/test-%s ' $tests)
tools/run-tests.sh "$dir/build" --timeout-multiplier 10 $tests
