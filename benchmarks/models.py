"""Models in folders, as the benchmarks take them.

SPDX-License-Identifier: Apache-2.0
"""


def find_models(folders):
    """Files, and pairs of files joined by a comma where Caffe's weights lie beside their net."""
    for folder in folders:
        yield from sorted(str(path) for path in folder.rglob("*.onnx"))
        for weights in sorted(folder.rglob("*.caffemodel")):
            nets = sorted(weights.parent.glob("*.prototxt"))
            if nets:
                yield f"{nets[0]},{weights}"
