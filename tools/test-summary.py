#!/usr/bin/env python3
"""Counts the test cases of the last `meson test` of a build directory, names those that failed, and prints as its last
line "N passed, N failed" (", N skipped" if any). Fails if a case failed or none ran.

A case is a TAP line, or a whole test program that speaks no TAP. A program that fails in spite of its cases (it
crashed, ran out of time, or stopped early) counts as one more failed case.

SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

GOOD = {"OK", "EXPECTEDFAIL", "SKIP"}


def read_cases(path):
    """(suite name, case name, outcome) of each case in a JUnit file."""
    # Meson copies what a test printed as it is; control characters are no XML.
    text = re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", path.read_bytes())
    for suite in ElementTree.fromstring(text).iter("testsuite"):
        for case in suite.iter("testcase"):
            outcome = "passed"
            if case.find("skipped") is not None:
                outcome = "skipped"
            elif case.find("failure") is not None or case.find("error") is not None:
                outcome = "failed"
            yield suite.get("name", ""), case.get("name", ""), outcome


def read_programs(path):
    """(name, result) of each test program in meson's own log, which has one JSON object a line."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        program = json.loads(line)
        yield program["name"], program["result"]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: test-summary.py BUILDDIR")
    logs = Path(sys.argv[1], "meson-logs")
    junit, programs = logs / "testlog.junit.xml", logs / "testlog.json"
    count = {"passed": 0, "failed": 0, "skipped": 0}
    failed = []
    failed_in = set()
    if junit.exists():
        for suite, case, outcome in read_cases(junit):
            count[outcome] += 1
            if outcome == "failed":
                # A TAP suite is "<project>.<program>", and its cases have a number in front.
                program = suite.split(".", 1)[1] if "." in suite else case
                failed_in.add(program)
                failed.append(case if program == case else f"{program}: {case}")
    if programs.exists():
        for program, result in read_programs(programs):
            if result not in GOOD and program not in failed_in:
                count["failed"] += 1
                failed.append(f"{program}: {result}")

    for name in failed:
        print(f"FAILED {name}")
    line = f"{count['passed']} passed, {count['failed']} failed"
    if count["skipped"]:
        line += f", {count['skipped']} skipped"
    if logs.is_dir():
        (logs / "summary.txt").write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    sys.exit(0 if count["failed"] == 0 and count["passed"] > 0 else 1)


if __name__ == "__main__":
    main()
