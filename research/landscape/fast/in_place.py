"""Sums and ReLUs that write where they read, so that images are not copied for nothing."""

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.fx import GraphModule, Node
from torch.nn import functional as F

from research.landscape.fast.graph import CONVOLUTIONS, module_of, shape_of

_SUMS = (operator.add, operator.iadd, torch.add)
_RELUS = (F.relu, torch.relu)


def write_in_place(network: GraphModule) -> None:
    """Lets sums and ReLUs overwrite their input where nobody else looks at it.

    That is, where the input is a layer's or a sum's own output and this is its only use.

    Args:
        network: the network, changed in place.
    """
    for node in list(network.graph.nodes):
        if _is_relu(network, node) and _is_free(network, node.args[0]):
            _replace(network, node, torch.relu_, node.args[:1])
        elif _is_sum(node):
            first, second = node.args
            same = shape_of(first) == shape_of(second) and shape_of(first) is not None
            for target, other in ((first, second), (second, first)):
                if same and first is not second and _is_free(network, target):
                    _replace(network, node, operator.iadd, (target, other))
                    break
    network.recompile()


def _replace(
    network: GraphModule, node: Node, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    with network.graph.inserting_before(node):
        new = network.graph.call_function(function, arguments)
    new.meta = dict(node.meta)
    node.replace_all_uses_with(new)
    network.graph.erase_node(node)


def _is_relu(network: GraphModule, node: Node) -> bool:
    called = node.op == "call_function" and node.target in _RELUS
    method = node.op == "call_method" and node.target == "relu"
    return called or method or isinstance(module_of(network, node), nn.ReLU)


def _is_sum(node: Node) -> bool:
    return (
        node.op == "call_function"
        and node.target in _SUMS
        and len(node.args) == 2
        and not node.kwargs
        and all(isinstance(each, Node) for each in node.args)
    )


def _is_free(network: GraphModule, node: object) -> bool:
    """Whether a node's output is memory of its own that one other node looks at."""
    if not isinstance(node, Node) or len(node.users) > 1:
        return False
    layers = (*CONVOLUTIONS, nn.Linear)
    return isinstance(module_of(network, node), layers) or _is_sum(node)
