#!/usr/bin/env python3
"""Write data/targets/<march>.json, one file per march of the BPU, from a folder of reference files.

    tools/make-targets.py REFERENCE_FOLDER [OUTPUT_FOLDER]

The reference files (bernoulli2.json, bayes.json, bayes-e.json, nash.json, caffe.json) state what the documentation of
the boards says about operators, in the vocabulary of docs/targets.md. Fixpoint describes limits in its own words, so
their sentences ("text") are left out. The Caffe table of a march goes into its file, and so do the numbers of the
machine from tools/machines.json (docs/target-model.md). The same input gives the same bytes.

    tools/make-targets.py --machines [OUTPUT_FOLDER]

only puts the numbers of the machines into the files that are there.

SPDX-License-Identifier: Apache-2.0
"""

import json
import sys
from pathlib import Path

# march: (id for users, reference file)
MARCHES = {
    "bernoulli2": ("rdk-x3", "bernoulli2.json"),
    "bayes": ("rdk-ultra", "bayes.json"),
    "bayes-e": ("rdk-x5", "bayes-e.json"),
    "nash-e": ("rdk-s100", "nash.json"),
    "nash-m": ("rdk-s100p", "nash.json"),
    "nash-p": ("rdk-s600", "nash.json"),
}


def without_sentences(value):
    if isinstance(value, dict):
        return {key: without_sentences(member) for key, member in value.items() if key != "text"}
    if isinstance(value, list):
        return [without_sentences(member) for member in value]
    return value


def sources_of(rows):
    """The texts behind each row, as a list, so that every file has one form."""
    for row in rows:
        source = row.get("source", [])
        row["source"] = source if isinstance(source, list) else [source]
        row.pop("marches", None)
    return rows


def group_exceptions(row):
    """Axes that are allowed besides those that another limit allows: the two are alternatives."""
    axes = [limit for limit in row["bpu"]["constraints"] if limit["kind"] == "axes"]
    if any(limit.get("rule") == "also_allowed" for limit in axes):
        for limit in axes:
            limit["group"] = "any_of"


def rows_of(table, march):
    """Rows for one march; files that cover several say in each row which."""
    rows = [row for row in table if march in row.get("marches", [march])]
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names)), f"{march}: an operator has two rows"
    rows = sorted(without_sentences(rows), key=lambda row: row["name"])
    for row in rows:
        group_exceptions(row)
    return sources_of(rows)


def make(folder, march):
    board_id, name = MARCHES[march]
    reference = json.loads((folder / name).read_text(encoding="utf-8"))
    caffe = json.loads((folder / "caffe.json").read_text(encoding="utf-8"))
    boards = reference.get("boards") or reference["marches"][march]["boards"]
    caffe_rows = caffe["marches"].get(march, {}).get("operators", [])
    return {
        "schema_version": 1,
        "march": march,
        "id": board_id,
        "boards": boards,
        "toolchain": reference["toolchain"],
        "complete": reference.get("complete", True),
        "sources": reference["sources"],
        "general_rules": without_sentences(reference["general_rules"]),
        "operators": rows_of(reference["operators"], march),
        "caffe_sources": caffe["sources"] if caffe_rows else {},
        "caffe": rows_of(caffe_rows, march),
        "torch": rows_of(reference.get("torch_operators", []), march),
    }


def put_machines(output):
    """What tools/machines.json says, as the last member of each file."""
    machines = json.loads((Path(__file__).resolve().parent / "machines.json").read_text(encoding="utf-8"))
    for march in MARCHES:
        path = output / f"{march}.json"
        target = json.loads(path.read_text(encoding="utf-8"))
        target["machine"] = machines[march]
        path.write_text(compact(target) + "\n", encoding="utf-8")


def compact(value, indent=0):
    """JSON with one short thing per line: a constraint that fits is one line, so that diffs are readable."""
    line = json.dumps(value, ensure_ascii=False)
    pad = " " * (indent + 1)
    if len(line) + indent <= 118 or not isinstance(value, (dict, list)):
        return line
    if isinstance(value, list):
        body = ",\n".join(pad + compact(member, indent + 1) for member in value)
        return f"[\n{body}\n{' ' * indent}]"
    body = ",\n".join(f"{pad}{json.dumps(key)}: {compact(member, indent + 1)}" for key, member in value.items())
    return f"{{\n{body}\n{' ' * indent}}}"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[2].strip())
    output = Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).resolve().parent.parent / "data" / "targets"
    output.mkdir(parents=True, exist_ok=True)
    for march in MARCHES if sys.argv[1] != "--machines" else []:
        (output / f"{march}.json").write_text(compact(make(Path(sys.argv[1]), march)) + "\n", encoding="utf-8")
    put_machines(output)


if __name__ == "__main__":
    main()
