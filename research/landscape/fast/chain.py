"""A network that is one operation after the other, as a list of them.

Where a point takes half a millisecond, finding modules by their names and torch's way of calling
them take a tenth of it.
"""

from collections.abc import Callable
from functools import partial
from operator import methodcaller

from torch import Tensor, nn
from torch.fx import GraphModule, Node
from torch.fx.node import Argument, map_arg
from torch.nn import functional as F

Operation = Callable[[Tensor], Tensor]


def in_a_row(network: GraphModule) -> Operation | None:
    """What a network does, as a loop over its operations; None where it is no chain.

    It reads the parameters that the network has now, and doesn't notice when one is replaced.

    Args:
        network: the network, in evaluation mode.
    """
    [start, *nodes, end] = network.graph.nodes
    operations = []
    for before, node in zip([start, *nodes], [*nodes, end], strict=True):
        if node.args[:1] != (before,) or _nodes_in(node.args[1:], node.kwargs):
            return None
        if node is not end:
            operations.append(_operation(network, node))
    return partial(_run, operations)


def _nodes_in(*arguments: Argument) -> list[Node]:
    found: list[Node] = []
    map_arg(arguments, found.append)
    return found


def _run(operations: list[Operation], x: Tensor) -> Tensor:
    for operation in operations:
        x = operation(x)
    return x


def _operation(network: GraphModule, node: Node) -> Operation:
    """A node as a function of its first argument."""
    name, [_, *others] = str(node.target), node.args
    if node.op == "call_method":
        return methodcaller(name, *others, **node.kwargs)
    if callable(node.target):
        function = node.target
        if not others and not node.kwargs:
            return function
        return lambda x: function(x, *others, **node.kwargs)
    module = network.get_submodule(name)
    if isinstance(module, nn.Linear):
        return partial(F.linear, weight=module.weight, bias=module.bias)
    return module
