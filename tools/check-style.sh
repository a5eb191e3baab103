#!/bin/bash
# The rules of the house that a script can keep, as TAP: layers, license lines, layout.
#   tools/check-style.sh [SOURCE_ROOT]
#
# SPDX-License-Identifier: Apache-2.0
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1

number=0
failures=0

# report NAME FINDINGS: one TAP line, with the findings as comments if there are any.
report() {
  number=$((number + 1))
  if [ -z "$2" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    sed 's/^/#   /' <<<"$2"
    failures=$((failures + 1))
  fi
}

sources() {
  find src tests benchmarks tools -type d -name node_modules -prune -o -type f \( "$@" \) -print | sort
}

# includes DIRECTORY PATTERN: the include lines of a directory that match.
includes() {
  [ -d "$1" ] || return 0
  grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1"
}

toolkit='gtk/|gdk/|gsk/|adwaita|cairo|pango'
formats='protobuf-c/|google/protobuf|.*\.pb-c\.h|json-glib/|yaml|png\.h|jpeglib\.h'

echo "1..7"
report "core includes no toolkit and no file format library" "$(includes src/core "$toolkit|$formats")"
report "lower layers include no higher one" "$(
  includes src/core '(\.\./)*(io|cli|app)/'
  includes src/io '(\.\./)*(cli|app)/'
  includes src/cli '(\.\./)*app/'
)"
report "only the app includes the toolkit" "$(includes src/io "$toolkit"; includes src/cli "$toolkit")"
report "every source file names its license" "$(
  sources -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.mjs' -o -name '*.proto' |
    xargs -r grep -L 'SPDX-License-Identifier: Apache-2.0'
)"

report "every screenshot of the metainfo and the README is there" "$(
  grep -ohE 'docs/screenshots/[^<) ]+\.png' data/desktop/*.metainfo.xml.in README.md | sort -u |
    while read -r picture; do [ -f "$picture" ] || echo "$picture"; done
)"

manifest=flatpak/io.github.fixpoint.Fixpoint.yaml
archives=$(grep -c 'type: archive' $manifest) addresses=$(grep -c 'url: https://' $manifest)
checksums=$(grep -cE 'sha256: [0-9a-f]{64}$' $manifest)
report "every archive of the Flatpak has its address and checksum" "$(
  [ "$archives:$archives" = "$addresses:$checksums" ] ||
    echo "$manifest: $archives archives, $addresses addresses, $checksums checksums"
)"

# Another release lays code out differently.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  report "layout is that of .clang-format" "$(
    sources -name '*.[ch]' | xargs -r clang-format --dry-run 2>&1 | grep -E '(warning|error):' | sed 's/: .*//' | cut -d: -f1 | uniq -c
  )"
else
  number=$((number + 1))
  echo "ok $number - layout is that of .clang-format # SKIP clang-format 14 is not installed"
fi
[ "$failures" = 0 ]
