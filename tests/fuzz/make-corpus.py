#!/usr/bin/env python3
"""Writes the seeds and the known-nasty inputs of the fuzz targets: make-corpus.py OUTPUT_FOLDER.

Needs nothing but Python, so that it can run in any build. The same files come out each time.

SPDX-License-Identifier: Apache-2.0
"""

import random
import struct
import sys
from pathlib import Path


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(number, value):
    return varint(number << 3) + varint(value)


def data(number, contents):
    if isinstance(contents, str):
        contents = contents.encode()
    return varint(number << 3 | 2) + varint(len(contents)) + contents


def floating(number, value):
    return varint(number << 3 | 5) + struct.pack("<f", value)


def tensor(name, dtype, dims, raw=None, extra=b""):
    out = b"".join(integer(1, d) for d in dims) + integer(2, dtype) + data(8, name)
    return out + (data(9, raw) if raw is not None else b"") + extra


def value_info(name, dtype, dims):
    shape = b"".join(data(1, data(2, d) if isinstance(d, str) else integer(1, d)) for d in dims)
    return data(1, name) + data(2, data(1, integer(1, dtype) + data(2, shape)))


def node(op, inputs, outputs, *attrs, domain=""):
    out = b"".join(data(1, i) for i in inputs) + b"".join(data(2, o) for o in outputs) + data(4, op)
    return out + b"".join(data(5, a) for a in attrs) + (data(7, domain) if domain else b"")


def attr_ints(name, values):
    return data(1, name) + b"".join(integer(8, v) for v in values) + integer(20, 7)


def attr_int(name, value):
    return data(1, name) + integer(3, value) + integer(20, 2)


def attr_float(name, value):
    return data(1, name) + floating(2, value) + integer(20, 1)


def attr_string(name, value):
    return data(1, name) + data(4, value) + integer(20, 3)


def attr_tensor(name, value):
    return data(1, name) + data(5, value) + integer(20, 4)


def attr_graph(name, value):
    return data(1, name) + data(6, value) + integer(20, 5)


def graph(nodes, initializers=(), inputs=(), outputs=(), infos=(), extra=b""):
    out = b"".join(data(1, n) for n in nodes) + data(2, "g")
    out += b"".join(data(5, t) for t in initializers) + b"".join(data(11, i) for i in inputs)
    return out + b"".join(data(12, o) for o in outputs) + b"".join(data(13, i) for i in infos) + extra


def model(body, opset=11, ir=7):
    imports = data(8, data(1, "") + integer(2, opset)) if opset is not None else b""
    return integer(1, ir) + data(2, "corpus") + data(7, body) + imports


def small_net():
    weights = struct.pack("<18f", *[i / 10 for i in range(18)])
    nodes = [
        node("Conv", ["x", "w", "b"], ["c"], attr_ints("pads", [1, 1, 1, 1]), attr_int("group", 1),
             attr_string("auto_pad", "NOTSET")),
        node("BatchNormalization", ["c", "b", "b", "b", "b"], ["n"], attr_float("epsilon", 1e-5)),
        node("Relu", ["n"], ["r"]),
        node("Shape", ["r"], ["s"]),
        node("Constant", [], ["i"], attr_tensor("value", tensor("", 7, [1], struct.pack("<q", 0)))),
        node("Gather", ["s", "i"], ["batch"], attr_int("axis", 0)),
        node("Concat", ["batch", "rest"], ["to"], attr_int("axis", 0)),
        node("Reshape", ["r", "to"], ["y"]),
    ]
    initializers = [
        tensor("w", 1, [2, 1, 3, 3], weights),
        tensor("b", 1, [2], extra=data(4, struct.pack("<2f", 1, 2))),
        tensor("rest", 7, [1], extra=data(7, varint(-1))),
    ]
    return graph(nodes, initializers, [value_info("x", 1, ["N", 1, 8, 8])], [value_info("y", 1, ["N", 128])],
                 [value_info("r", 1, ["N", 2, 8, 8])])


def relu(extra_nodes=(), **rest):
    return graph([node("Relu", ["x"], ["y"]), *extra_nodes], inputs=[value_info("x", 1, [2, 3])],
                 outputs=[value_info("y", 1, [2, 3])], **rest)


def nested(depth):
    """Subgraphs in subgraphs; built from the inside, each level adding its headers in front."""
    body = b""
    for _ in range(depth):
        body = data(1, node("If", [], [], attr_graph("g", body)))
    return body


def onnx_files():
    small = model(small_net())
    yield "small", small
    yield "plain", model(relu())
    yield "ir1", model(relu(), opset=None, ir=1)
    yield "ir3", model(relu(initializers=[tensor("w", 1, [1], b"\0\0\0\0")]), opset=7, ir=3)
    yield "subgraph", model(relu([node("If", ["x"], ["z"], attr_graph("then_branch", relu()))]))
    yield "external", model(relu(initializers=[
        tensor("w", 1, [1], extra=data(13, data(1, "location") + data(2, "../../etc/passwd")) + integer(14, 1))]))
    yield "sparse", model(relu(extra=data(15, data(1, tensor("s", 2, [1], b"\7"))
                                          + data(2, tensor("", 7, [1], struct.pack("<q", 3))) + integer(3, 9))))
    yield "sparse-bomb", model(relu(extra=data(15, data(1, tensor("s", 2, [1], b"\7"))
                                               + data(2, tensor("", 7, [1], struct.pack("<q", 3)))
                                               + integer(3, 1 << 40))))
    yield "list-of-every-type", model(relu(initializers=[
        tensor(f"t{dtype}", dtype, [2], extra=field) for dtype, field in [
            (1, data(4, b"\0" * 8)), (2, data(5, b"\1\2")), (9, integer(5, 1) + integer(5, 0)), (10, data(5, b"\1\2")),
            (7, data(7, b"\1\2")), (8, data(6, "a") + data(6, "b")), (11, data(10, b"\0" * 16)), (13, data(11, b"\1\2")),
            (14, data(4, b"\0" * 16)), (17, data(5, b"\1\2"))]]))
    yield "nested-20", model(nested(20))
    yield "nested-10000", model(nested(10000))
    yield "cycle", model(relu([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])]))
    yield "self", model(relu([node("Relu", ["a"], ["a"])]))
    yield "negative-dim", model(relu(initializers=[tensor("w", 1, [-1], b"")]))
    yield "huge-dim", model(relu(initializers=[tensor("w", 1, [1 << 62, 4], b"")]))
    yield "overflow-dims", model(relu(initializers=[tensor("w", 1, [1 << 32, 1 << 32], b"")]))
    yield "zero-and-huge", model(relu(initializers=[tensor("w", 1, [0, 1 << 62, 1 << 62], b"")]))
    yield "huge-input", model(graph([], inputs=[value_info("x", 1, [(1 << 63) - 1] * 8)]))
    yield "many-dims", model(graph([], inputs=[value_info("x", 1, [1] * 5000)]))
    yield "many-empty-nodes", model(data(1, b"") * 20000)
    yield "many-symbols", model(graph([], inputs=[value_info(f"x{i}", 1, [f"s{i}"]) for i in range(5000)]))
    yield "deep-type", model(graph([], inputs=[data(1, "x") + data(2, deep_type(10000))]))
    yield "length-bomb", integer(1, 7) + varint(7 << 3 | 2) + varint((1 << 63) + 5) + b"x" * 20
    yield "length-bomb-inside", model(varint(1 << 3 | 2) + varint(1 << 40) + b"x" * 20)
    yield "endless-varint", b"\x08" + b"\xff" * 64
    yield "group", integer(1, 7) + b"\x0b\x0c"
    yield "opset-absurd", model(relu(), opset=(1 << 63) - 1)
    yield "opset-negative", model(relu(), opset=-5)
    yield "trailing", small + bytes(range(256))
    yield "pre-1.0", small_net()
    rng = random.Random(1)
    for i in range(0, len(small), 37):
        yield f"cut-{i}", small[:i]
    for i in range(60):
        spoiled = bytearray(small)
        for _ in range(1 + i % 4):
            spoiled[rng.randrange(len(spoiled))] ^= 1 << rng.randrange(8)
        yield f"flip-{i}", bytes(spoiled)


def deep_type(depth):
    """A sequence of sequences of …"""
    body = b""
    for _ in range(depth):
        body = data(4, data(1, body))
    return body


def npy(header, contents, version=1):
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode() + contents


def npy_files():
    plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    yield "plain", npy(plain, bytes(24))
    yield "version-2", npy(plain, bytes(24), 2)
    yield "version-3", npy(plain, bytes(24), 3)
    yield "fortran", npy(plain.replace("False", "True"), bytes(24))
    yield "scalar", npy(plain.replace("(2, 3)", "()"), bytes(4))
    yield "python-2", npy(plain.replace("(2, 3)", "(6L,)"), bytes(24))
    yield "zero-and-huge", npy(plain.replace("(2, 3)", "(0, 140737488355328, 140737488355328)"), b"")
    yield "fortran-zero", npy(plain.replace("False", "True").replace("(2, 3)", "(0, 140737488355328)"), b"")
    yield "huge", npy(plain.replace("(2, 3)", "(140737488355328,)"), b"")
    yield "overflow", npy(plain.replace("(2, 3)", "(99999999999999999999999999,)"), b"")
    yield "negative", npy(plain.replace("(2, 3)", "(-2, 3)"), bytes(24))
    yield "nested", npy(plain.replace("(2, 3)", "(" * 5000), b"")
    yield "record", npy(plain.replace("'<f4'", "[('a', '<f4')]"), bytes(24))
    yield "object", npy(plain.replace("<f4", "|O"), bytes(24))
    yield "big-endian", npy(plain.replace("<f4", ">f4"), bytes(24))
    yield "long-header", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{"
    whole = npy(plain, bytes(24))
    for i in range(0, len(whole), 7):
        yield f"cut-{i}", whole[:i]
    yield "tensor-f32", tensor("t", 1, [2, 3], bytes(24))
    yield "tensor-list", tensor("t", 6, [3], extra=data(5, b"\1\2\3"))


# A layer of each type, with its parameters; in the text each reads the blob before it.
CAFFE_LAYERS = [
    ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 pad: 1 group: 2 dilation: 2 }"),
    ("BatchNorm", "batch_norm_param { use_global_stats: true eps: 1e-3 }"),
    ("Scale", "scale_param { bias_term: true }"),
    ("ReLU", "relu_param { negative_slope: 0.1 }"),
    ("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }"),
    ("Deconvolution", "convolution_param { num_output: 4 kernel_h: 2 kernel_w: 2 stride: 2 bias_term: false }"),
    ("LRN", "lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL }"),
    ("PReLU", ""),
    ("Power", "power_param { power: 2 scale: 0.5 shift: 1 }"),
    ("Exp", "exp_param { base: 2 }"),
    ("Log", "log_param { base: 10 shift: 3 }"),
    ("Normalize", "norm_param { across_spatial: false channel_shared: false }"),
    ("MVN", "mvn_param { across_channels: true }"),
    ("ShuffleChannel", "shuffle_channel_param { group: 2 }"),
    ("Interp", "interp_param { zoom_factor: 2 }"),
    ("Upsample", "upsample_param { scale: 2 }"),
    ("Tile", "tile_param { tiles: 2 }"),
    ("CReLU", ""),
    ("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }"),
    ("Softmax", "softmax_param { axis: 2 }"),
    ("Flatten", "flatten_param { axis: 1 end_axis: 2 }"),
    ("Reshape", "reshape_param { shape { dim: 0 dim: -1 dim: 4 } }"),
    ("InnerProduct", "inner_product_param { num_output: 3 axis: 2 transpose: true }"),
    ("Reduction", "reduction_param { operation: MEAN axis: 2 coeff: 2 }"),
    ("ArgMax", "argmax_param { top_k: 2 out_max_val: true }"),
    ("Unheard", "unheard_param { a: [1, 2] b < c: 'd' > }"),
]


def caffe_text(layers, head="input: 'b0' input_dim: 1 input_dim: 4 input_dim: 9 input_dim: 9"):
    out = ["name: 'net' " + head]
    for i, (kind, param) in enumerate(layers):
        out.append("layer { name: 'l%d' type: '%s' bottom: 'b%d' top: 'b%d' %s }" % (i, kind, i, i + 1, param))
    return "\n".join(out).encode()


def prototxt_files():
    yield "all.prototxt", caffe_text(CAFFE_LAYERS)
    for i, layer in enumerate(CAFFE_LAYERS):
        yield "layer-%d.prototxt" % i, caffe_text([layer])
    yield "inputs.prototxt", (
        b"layer { name: 'd' type: 'Input' top: 'a' top: 'b' input_param { shape { dim: [2, 6, 8, 8] } } }\n"
        b"layer { type: 'Eltwise' bottom: 'a' bottom: 'b' top: 's' eltwise_param { coeff: [1, -1] } }\n"
        b"layer { type: 'Slice' bottom: 's' top: 'x' top: 'y' slice_param { slice_point: 2 } }\n"
        b"layer { type: 'Concat' bottom: 'x' bottom: 'y' top: 'c' }\n"
        b"layer { type: 'Crop' bottom: 'c' bottom: 'x' top: 'k' crop_param { axis: 2 offset: 1 } }"
    )
    yield "ssd.prototxt", (
        b"input: 'd' input_shape { dim: [1, 3, 8, 8] }\n"
        b"layer { type: 'PriorBox' bottom: 'd' bottom: 'd' top: 'p' prior_box_param { min_size: 2 } }\n"
        b"layer { type: 'DetectionOutput' bottom: 'd' bottom: 'd' bottom: 'p' top: 'o' }"
    )
    yield "training.prototxt", (
        b"layer { type: 'Data' top: 'd' top: 'l' include { phase: TEST } data_param { batch_size: 4 backend: LMDB } }\n"
        b"layer { type: 'Data' top: 'd' top: 'l' include { phase: TRAIN } }\n"
        b"layer { name: 'ip' type: 'InnerProduct' bottom: 'd' top: 'ip' inner_product_param { num_output: 3 } }\n"
        b"layer { type: 'Accuracy' bottom: 'ip' bottom: 'l' top: 'acc' exclude { stage: 'x' } }\n"
        b"layer { type: 'SoftmaxWithLoss' bottom: 'ip' bottom: 'l' top: 'loss' }"
    )
    yield "v1.prototxt", (
        b"input: 'd' input_dim: [1, 1, 8, 8]\n"
        b"layers { name: 'c' type: CONVOLUTION bottom: 'd' top: 'c' blobs_lr: 1\n"
        b"  convolution_param { num_output: 2 kernel_size: 3 } }\n"
        b"layers { name: 'r' type: RELU bottom: 'c' top: 'c' }"
    )
    yield "deep.prototxt", b"x" + b"{x" * 100
    yield "cut.prototxt", caffe_text(CAFFE_LAYERS)[:700]


def caffe_blob(dims, values, legacy=False):
    packed = struct.pack("<%df" % len(values), *values)
    if legacy:
        return b"".join(integer(i + 1, d) for i, d in enumerate(dims)) + data(5, packed)
    return data(7, data(1, b"".join(varint(d) for d in dims))) + data(5, packed)


def caffe_layer(name, kind, bottoms, tops, blobs=(), extra=b""):
    out = data(1, name) + data(2, kind) + b"".join(data(3, b) for b in bottoms) + b"".join(data(4, t) for t in tops)
    return data(100, out + b"".join(data(7, b) for b in blobs) + extra)


def caffemodel_files():
    weights = [0.5] * 18
    conv = data(106, integer(1, 2) + integer(4, 3) + integer(2, 1))
    shape = data(143, data(1, data(1, b"".join(varint(d) for d in (1, 1, 8, 8)))))
    source = caffe_layer("d", "Input", [], ["d"], (), shape)
    blobs = [caffe_blob((2, 1, 3, 3), weights), caffe_blob((2,), [1.0, float("nan")])]
    net = data(1, "net") + source + caffe_layer("c", "Convolution", ["d"], ["c"], blobs, conv)
    yield "net.caffemodel", net
    yield "in-place.caffemodel", net + caffe_layer("r", "ReLU", ["c"], ["c"])
    doubles = data(7, data(1, varint(2))) + data(8, struct.pack("<2d", 1, 2))
    yield "doubles.caffemodel", data(1, "n") + source + caffe_layer("c", "Convolution", ["d"], ["c"],
                                                                   [blobs[0], doubles], conv)
    halves = data(7, data(1, varint(2))) + integer(10, 2) + data(12, struct.pack("<2e", 1, 2))
    yield "halves.caffemodel", data(1, "n") + source + caffe_layer("c", "Convolution", ["d"], ["c"],
                                                                  [blobs[0], halves], conv)
    loose = data(7, data(1, varint(2))) + floating(5, 1.0) + floating(5, 2.0)
    yield "unpacked.caffemodel", data(1, "n") + source + caffe_layer("c", "Convolution", ["d"], ["c"],
                                                                    [blobs[0], loose], conv)
    yield "wrong-count.caffemodel", data(1, "n") + source + caffe_layer("c", "Convolution", ["d"], ["c"], blobs[1:], conv)
    yield "huge-shape.caffemodel", data(1, "n") + caffe_layer(
        "c", "Scale", [], ["c"], [data(7, data(1, varint(1 << 31) * 8)) + data(5, b"")])
    v1 = data(2, "d") + data(3, "c") + data(4, "c") + integer(5, 4) + data(10, integer(1, 2) + integer(4, 3))
    v1 += b"".join(data(6, b) for b in (caffe_blob((2, 1, 3, 3), weights, True), caffe_blob((1, 1, 1, 2), [1, 2], True)))
    yield "v1.caffemodel", data(1, "n") + data(3, "d") + b"".join(integer(4, d) for d in (1, 1, 8, 8)) + data(2, v1)
    yield "v0.caffemodel", data(1, "n") + data(2, data(1, data(1, "conv")))
    yield "fork-field.caffemodel", net + caffe_layer("x", "Power", ["c"], ["x"], (), integer(147, 5))
    yield "cut.caffemodel", net[: len(net) // 2]
    yield "empty.caffemodel", b""


def main():
    kinds = {
        "caffemodel": caffemodel_files(),
        "npy": npy_files(),
        "onnx": onnx_files(),
        "prototxt": prototxt_files(),
    }
    for kind, files in kinds.items():
        folder = Path(sys.argv[1]) / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, contents in files:
            (folder / name).write_bytes(contents)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).touch()


if __name__ == "__main__":
    main()
