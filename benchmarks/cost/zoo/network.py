"""One row of the zoo: a published network, how to build its shapes, and what is known of how it was deployed.

SPDX-License-Identifier: Apache-2.0
"""
from dataclasses import dataclass
from typing import Callable


# Configurations of D-Robotics/rdk_model_zoo: set_Softmax_input_int8 for all networks of Ultralytics, node_info with 16 bits
# for each Softmax, set_all_nodes_int16. Single other nodes with 16 bits are left out.
SOFTMAX8, SOFTMAX16, ALL16 = ("--bpu", "Softmax"), ("--int16", "Softmax"), ("--int16", "all")


@dataclass(frozen=True)
class Network:
    name: str                        # ours, and the file's: NAME.onnx
    build: Callable                  # () -> torch.nn.Module in its deployed form
    size: tuple = (224, 224)         # height and width of the picture
    published: tuple = ()            # names in the published tables, "march:model" where a name means different networks
    channels: int = 3
    options: tuple = ()              # of `perf` for the RDK X5: what its published configuration asks for
    outputs: tuple = ()              # names of the outputs, in order
    note: str = ""                   # what is assumed

    @property
    def shape(self):
        return (1, self.channels, *self.size)


def divisible(value, divisor=8, floor=0.9):
    """The usual rounding of a scaled channel count: to the nearest multiple, but not below `floor` of the value."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < floor * value else rounded
