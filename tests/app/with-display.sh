#!/bin/bash
# Runs a program on an X server of its own, without the user's settings, files or accessibility bus.
#   tests/app/with-display.sh PROGRAM [argument ...]
#
# SPDX-License-Identifier: Apache-2.0
set -eu

if ! command -v Xvfb >/dev/null; then
  echo "1..0 # SKIP Xvfb is not installed"
  exit 0
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/fixpoint-display-XXXXXX")
mkfifo "$folder/number"
Xvfb -displayfd 3 -screen 0 "${FX_TEST_SCREEN:-1920x1200x24}" -nolisten tcp 3<>"$folder/number" 2>"$folder/log" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
read -r -t 30 number <"$folder/number" || {
  cat "$folder/log" >&2
  exit 1
}

mkdir -p -m 700 "$folder"/{config,data,state,cache,run}
export DISPLAY=:$number GDK_BACKEND=x11 GTK_A11Y=none GSK_RENDERER=${GSK_RENDERER:-cairo} GTK_THEME=${GTK_THEME:-}
export XDG_CONFIG_HOME=$folder/config XDG_DATA_HOME=$folder/data XDG_STATE_HOME=$folder/state
export XDG_CACHE_HOME=$folder/cache XDG_RUNTIME_DIR=$folder/run NO_AT_BRIDGE=1 LC_ALL=${FX_TEST_LOCALE:-C.UTF-8}
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
[ -n "$GTK_THEME" ] || unset GTK_THEME
status=0
"$@" || status=$?
exit $status
