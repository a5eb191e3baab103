#!/bin/bash
# What tools/setup-peer.sh leaves behind, with an npm that stops halfway or makes a package at once, as TAP.
#   test-setup-peer.sh SOURCE_ROOT
#
# SPDX-License-Identifier: Apache-2.0
set -u

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failures=0

# report NAME COMMAND...: one TAP line, by whether the command succeeds.
report() {
  local name=$1 result=ok
  shift
  number=$((number + 1))
  "$@" >/dev/null 2>&1 || { result="not ok"; failures=$((failures + 1)); }
  echo "$result $number - $name"
}

# setup NPM_STATUS: runs it with an npm that has copied the package when it ends with that status.
setup() {
  cat >"$work/bin/npm" <<NPM
#!/bin/sh
mkdir -p node_modules/onnxruntime-node
echo run >>"$work/runs"
exit $1
NPM
  chmod +x "$work/bin/npm"
  PATH="$work/bin:$PATH" "$tool" "$work/peer"
}

runs() { [ "$(grep -c . "$work/runs")" = "$1" ]; }
fails() { ! "$@"; }

tool=$1/tools/setup-peer.sh
mkdir "$work/bin"
printf '#!/bin/sh\n' >"$work/bin/node"
chmod +x "$work/bin/node"

echo "1..6"
report "an installation that stops halfway fails" fails setup 1
report "and leaves nothing that looks like one" fails test -e "$work/peer/node_modules/onnxruntime-node"
report "the next call installs" setup 0
report "all of it" test -d "$work/peer/node_modules/onnxruntime-node" -a -f "$work/peer/package.json"
report "the call after it finds it" setup 1
report "and installs nothing" runs 2
[ "$failures" = 0 ]
