"""What the export scripts share: calm random networks, and one way to write them as ONNX.

SPDX-License-Identifier: Apache-2.0
"""
import torch


def settle(net, *inputs):
    """Give every BatchNorm the statistics of what it sees, so that activations have the size they have in practice."""
    norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None  # plain average
    for weight in net.parameters():
        if weight.dim() > 1 and not weight.any():  # a head that starts at zero would hide everything in front of it
            torch.nn.init.normal_(weight, std=0.02)
    net.eval()
    for norm in norms:
        norm.train()
    with torch.no_grad():
        net(*(inputs or (torch.rand(4, 3, 224, 224),)))
    net.eval()


def export(net, inputs, path, opset, input_names=None, output_names=None, dynamic_axes=None):
    """Writes to a file beside `path` first: a file that exists is whole."""
    part = path.with_suffix(".part")
    torch.onnx.export(net, inputs, str(part), opset_version=opset, input_names=input_names, output_names=output_names,
                      dynamic_axes=dynamic_axes)
    part.rename(path)
