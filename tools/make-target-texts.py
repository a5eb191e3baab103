#!/usr/bin/env python3
# Lists the sentences of data/targets that people meet: remarks on ambiguous limits, and what the prices are based on.
# Translators find them in po/target-texts.h; whoever changes a sentence makes that file again:
#   tools/make-target-texts.py >po/target-texts.h
#
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib

HEADER = """/* The sentences of data/targets that people meet, for translators only: no code includes this. Made by
 * tools/make-target-texts.py.
 *
 * SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */"""


def sentences(member):
    if isinstance(member, list):
        for element in member:
            yield from sentences(element)
    if not isinstance(member, dict):
        return
    if isinstance(member.get("note"), str) and (member.get("ambiguous") or member.get("kind") == "note"):
        yield member["note"]
    if isinstance(member.get("basis"), str):
        yield member["basis"]
    for element in member.values():
        yield from sentences(element)


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "data" / "targets"
    found = {text for path in folder.glob("*.json") for text in sentences(json.loads(path.read_text("utf-8")))}
    print(HEADER)
    for text in sorted(found):
        if "%" in text:
            print("/* xgettext:no-c-format */")
        print("N_ (%s)" % json.dumps(text, ensure_ascii=False))


main()
