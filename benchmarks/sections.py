"""Parts of RESULTS.md that each benchmark writes for itself, between two comments.

SPDX-License-Identifier: Apache-2.0
"""
import re
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def write(name, text, path=RESULTS):
    """Replaces the section of that name in a file, or appends it; the file need not be there."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n\n{text.strip()}\n\n{end}\n"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.compile(re.escape(begin) + ".*" + re.escape(end) + "\n", re.DOTALL)
    after = found.sub(lambda _: section, before) if found.search(before) else f"{before.rstrip()}\n\n{section}".lstrip()
    path.write_text(after, encoding="utf-8")
