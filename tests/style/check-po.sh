#!/bin/bash
# Whether everything that people read is translated, as TAP: files with translatable text are listed in po/POTFILES, and
# no translation lacks a text, holds an outdated one or breaks a format.
#   check-po.sh SOURCE_ROOT
#
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$1" || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failures=0

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

# Folders whose sentences are translated.
translated="src/app src/cli src/core src/io"

mapfile -t languages < <(grep -v '^#' po/LINGUAS)
echo "1..$((3 + ${#languages[@]}))"
grep -v '^#' po/POTFILES | sort >"$work/listed"
{
  # the marks, and the functions that translate the sentence they are given
  marks=_\|N_\|ngettext\|$(sed -n 's/^--keyword=\([^:]*\):.*/\1/p' po/keywords | paste -sd '|')
  grep -rlE "\b($marks) \(" $translated --include='*.c'
  grep -rlE '\bN_ \("' $translated po --include='*.h'
  grep -rl 'translatable="yes"' data/ui
  ls data/desktop/*.in | grep -v service
  ls data/*.gschema.xml
} 2>/dev/null | sort >"$work/wanted"
report "po/POTFILES lists all files with translatable text" "$(diff "$work/listed" "$work/wanted" | grep '^[<>]')"

# xgettext knows the macros of <inttypes.h> only: it would cut a sentence short at any other.
report "numbers are written so that translations can hold them (PRId64, %zu)" "$(
  grep -rnE 'G_G(U?INT64|S?SIZE|OFFSET)_FORMAT' src/core src/io --include='*.c'
)"

report "po/target-texts.h has the sentences of data/targets (tools/make-target-texts.py)" "$(
  tools/make-target-texts.py | diff po/target-texts.h - 2>&1
)"

mapfile -t keywords <po/keywords
xgettext --from-code=UTF-8 --add-comments=translators --keyword=_ --keyword=N_ "${keywords[@]}" \
  --files-from=po/POTFILES --output="$work/fixpoint.pot" 2>"$work/errors"
for language in "${languages[@]}"; do
  msgmerge --quiet --output-file="$work/$language.po" "po/$language.po" "$work/fixpoint.pot"
  report "$language is complete" "$(
    LC_ALL=C msgfmt --check --statistics --output-file=/dev/null "$work/$language.po" 2>&1 | grep -E 'fuzzy|untranslated|error'
    msgattrib --no-obsolete --untranslated "$work/$language.po" | grep -A2 '^msgid' | head -20
  )"
done
[ "$failures" = 0 ]
