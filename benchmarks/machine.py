"""The machine that a benchmark runs on, for the heads of its tables.

SPDX-License-Identifier: Apache-2.0
"""
import platform
from pathlib import Path


def cpu_field(name):
    """What the kernel says about the first processor; "" if it does not."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def cpu_name():
    """Of the processor, or of its architecture."""
    return cpu_field("model name") or platform.machine()


def cpu_flags():
    """Its instruction sets, as the kernel names them."""
    return cpu_field("flags").split()
