"""Published networks, rebuilt from their papers as far as shapes go: one file a family, one row a network.

A family's file ends in NETWORKS, its rows. Weights are beside the point: only shapes decide how long a network takes.

SPDX-License-Identifier: Apache-2.0
"""
import importlib
import pkgutil
import re


def _families():
    for module in pkgutil.iter_modules(__path__):
        family = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(family, "NETWORKS"):
            yield module.name, family.NETWORKS


def _key(name):
    """Published names differ in case and punctuation from table to table."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


NETWORKS = {}   # name: Network
FAMILY = {}     # name: its family, the name of its file
PUBLISHED = {}  # key of the published name, or of "march:name": Network
for _family, _rows in _families():
    for _row in _rows:
        NETWORKS[_row.name] = _row
        FAMILY[_row.name] = _family
        for _alias in (_row.name, *_row.published):
            PUBLISHED[_key(_alias)] = _row


def find(march, model):
    """The network of a published row, or None."""
    return PUBLISHED.get(_key(march + model)) or PUBLISHED.get(_key(model))
