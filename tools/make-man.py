#!/usr/bin/env python3
"""Writes the manual page of fixpoint-cli from what the program says about itself, so that the two cannot differ:

    tools/make-man.py PROGRAM VERSION OUTPUT

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import subprocess
import sys

HEAD = """.\\" Written by tools/make-man.py from fixpoint-cli --help.
.TH FIXPOINT-CLI 1 "" "fixpoint {version}" "User Commands"
.SH NAME
fixpoint\\-cli \\- convert neural networks to fixed point for D-Robotics boards
.SH SYNOPSIS
.B fixpoint\\-cli
.I VERB
.RI [ OPTION "]... [" FILE ]...
.SH DESCRIPTION
Fixpoint reads a trained ONNX or Caffe network, says whether it will run on the BPU of an RDK X3, Ultra, X5 or S100
board and what to change if not, and turns it into a fixed-point network by post-training quantization.
.PP
Results go to standard output, everything else to standard error. A run can be stopped with Ctrl-C; it then leaves no
half-written file behind.
.SH VERBS
"""

TAIL = """.SH EXIT STATUS
.TP
0
Done.
.TP
1
Done, and the answer is no: there is at least one finding of severity error.
.TP
2
Bad usage, or a file that cannot be read; nothing was written.
.TP
128 + N
Stopped by signal N.
.SH ENVIRONMENT
.TP
FX_ISA
The instruction set of the integer kernels: avx512vnni, avx512bw, avx2, neon or scalar; the best one if not set. The
results are the same with each.
.SH SEE ALSO
.BR fixpoint (1)
"""


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def run(program, *arguments):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True, env=env).stdout


def verbs(program):
    """Pairs of verb and summary, in the order of the program's table."""
    return re.findall(r"^  (\S+) +(.+)$", run(program, "--help"), re.MULTILINE)


def options(help_text):
    """Triples of the option as written, and what it does; continued lines are joined."""
    found = []
    for line in help_text.splitlines():
        match = re.match(r"^  ((?:-\w, )?--[\w-]+(?:=\S+)?)\s*(.*)$", line)
        if match:
            found.append([match[1], match[2]])
        elif found and re.match(r"^ {4,}\S", line):
            found[-1][1] = (found[-1][1] + " " + line.strip()).strip()
    return [pair for pair in found if "--help" not in pair[0]]


def main():
    program, version, output = sys.argv[1:]
    page = [HEAD.format(version=version)]
    for verb, summary in verbs(program):
        text = run(program, verb, "--help")
        usage = re.search(r"^  \S+ \[\S+\] ?(.*)$", text, re.MULTILINE)
        page.append(f".SS {escape(usage[1] if usage and usage[1] else verb)}\n{escape(summary)}.\n")
        for option, what in options(text):
            page.append(f".TP\n.B {escape(option)}\n{escape(what)}\n")
    with open(output, "w", encoding="utf-8") as file:
        file.write("".join(page) + TAIL)


main()
