"""A copy of a network as a graph of operations, in which structure can be found and changed.

The copy is taken in evaluation mode. Whatever depends on data in Python (a branch, a loop) can't be
written as a graph; such networks are not recognised.
"""

import copy

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node, symbolic_trace
from torch.fx.passes.shape_prop import ShapeProp

from research.landscape.weights import lent

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_NOTHING = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


class Unrecognised(Exception):
    """The network has no structure that makes it faster; the message says why."""


def traced_copy(model: nn.Module, example: Tensor) -> GraphModule:
    """A copy of a network in evaluation mode, without what does nothing there.

    Nodes know the shape of what they return, as `shape_of` tells.

    Args:
        model: a network of one tensor.
        example: what it is called with.

    Raises:
        Unrecognised: the network can't be copied or is no fixed graph, or two of its names are one
            parameter.
    """
    if len(list(model.named_parameters())) < len(
        list(model.named_parameters(remove_duplicate=False))
    ):
        raise Unrecognised("two names are one parameter")
    try:
        with lent(model):
            network = symbolic_trace(copy.deepcopy(model))
            ShapeProp(network).propagate(example)
    except Exception as error:  # a network may raise anything where it is traced
        reason = str(error).partition("\n")[0]
        raise Unrecognised(f"it is no fixed graph ({type(error).__name__}: {reason})") from error
    for node in list(network.graph.nodes):
        if isinstance(module_of(network, node), _NOTHING):
            node.replace_all_uses_with(node.args[0])
            network.graph.erase_node(node)
    network.recompile()
    return network.requires_grad_(False)


def module_of(network: GraphModule, node: object) -> nn.Module | None:
    """The module that a node calls, if it is one and no other node calls it."""
    if not isinstance(node, Node) or node.op != "call_module":
        return None
    same = [other for other in network.graph.nodes if other.target == node.target]
    # The end of a graph has the target "output", which may be the name of a layer too.
    callers = [other for other in same if other.op == "call_module"]
    return network.get_submodule(str(node.target)) if len(callers) == 1 else None


def shape_of(node: object) -> torch.Size | None:
    """Shape of what a node returned for the example, if that was one tensor."""
    found = node.meta.get("tensor_meta") if isinstance(node, Node) else None
    return getattr(found, "shape", None)


def has_convolutions(network: GraphModule) -> bool:
    """Whether the network has convolutions of images."""
    return any(isinstance(module, nn.Conv2d) for module in network.modules())
