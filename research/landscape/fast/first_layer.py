"""The first layer, computed once for all points of a surface.

What a linear layer makes of the examples X is linear in the coordinates:

    X (W + sum_i c_i D_i)' + b + sum_i c_i d_i = (X W' + b) + sum_i c_i (X D_i' + d_i).

So the products with the examples are computed once, and a point only adds them up. In a fully
connected network for images that is nearly all of the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node
from torch.nn import functional as F

from research.landscape.fast.graph import module_of
from research.landscape.weights import Weights

MAX_BYTES = 2**30
"""Products that would take more memory than this are not kept."""


@dataclass(frozen=True)
class FirstLayer:
    """Names what is kept of a network whose first layer is computed once.

    Attributes:
        before: examples to what enters the layer; nothing in it moves.
        layer: the layer's name.
    """

    before: GraphModule
    layer: str

    def products(self, x: Tensor, points: Sequence[Weights]) -> "FirstLayerSum":
        """What the layer makes of a batch at the origin, and what each direction adds to it.

        Summed in float64, kept in the examples' dtype.

        Args:
            x: examples.
            points: the origin and then the directions, in float64.
        """
        inputs = self.before(x).double()
        at_origin, *changes = (
            F.linear(inputs, point[f"{self.layer}.weight"], point.get(f"{self.layer}.bias"))
            for point in points
        )
        return FirstLayerSum(at_origin.to(x.dtype), [change.to(x.dtype) for change in changes])


class FirstLayerSum:
    """The first layer's outputs for a batch at any point: Z + sum_i c_i Z_i.

    The sum over all directions but the last is kept for the next point, which on a grid mostly
    shares it; it is the same to the bit as if it were computed anew.

    Args:
        at_origin: Z, [n, units].
        changes: Z_i, a direction each; at least one.
    """

    def __init__(self, at_origin: Tensor, changes: Sequence[Tensor]) -> None:
        self._at_origin, self._changes = at_origin, changes
        self._row = at_origin if len(changes) == 1 else torch.empty_like(at_origin)
        self._row_at: tuple[float, ...] | None = () if len(changes) == 1 else None
        # New memory at every point would cost more than the sums.
        self._result = torch.empty_like(at_origin)

    def at(self, coordinates: Sequence[float]) -> Tensor:
        """The outputs at a point, [n, units]; the memory is used again for the next one."""
        *others, last = coordinates
        if self._row_at != tuple(others):
            self._row.copy_(self._at_origin)
            for change, coordinate in zip(self._changes, others, strict=False):
                self._row.add_(change, alpha=coordinate)
            self._row_at = tuple(others)
        return torch.add(self._row, self._changes[-1], alpha=last, out=self._result)


def cut_first_layer(network: GraphModule, examples: int, directions: int) -> FirstLayer | None:
    """Takes the first layer out of a network; None, and no change, where it is not linear.

    Afterwards the network is to be called with the layer's output. What comes before the layer may
    be anything without parameters, such as flattening, in one chain.

    Args:
        network: the network, changed in place.
        examples: how many there are.
        directions: how many there are; both decide whether the products fit into `MAX_BYTES`.
    """
    [start, *others] = [node for node in network.graph.nodes if node.op == "placeholder"]
    chain = _chain_to_linear(network, start)
    if others or chain is None:
        return None
    *passed, linear = chain
    layer = network.get_submodule(str(linear.target))
    assert isinstance(layer, nn.Linear)
    if layer.out_features * layer.weight.itemsize * examples * (3 + directions) > MAX_BYTES:
        return None
    before = _part(network, [start, *passed])
    linear.replace_all_uses_with(start)
    for node in [linear, *reversed(passed)]:
        network.graph.erase_node(node)
    network.recompile()
    network.delete_all_unused_submodules()
    return FirstLayer(before, str(linear.target))


def _chain_to_linear(network: GraphModule, start: Node) -> list[Node] | None:
    """Nodes from the first operation on the examples to the linear layer."""
    chain: list[Node] = []
    node = start
    while len(node.users) == 1:
        [node] = node.users
        chain.append(node)
        module = module_of(network, node)
        if isinstance(module, nn.Linear):
            return chain
        is_bare = module is not None and not list(module.parameters())
        is_call = node.op in ("call_method", "call_function")
        if len(node.all_input_nodes) > 1 or not (is_bare or is_call):
            return None
    return None


def _part(network: GraphModule, chain: Sequence[Node]) -> GraphModule:
    """The nodes of a chain as a network of their own."""
    graph = torch.fx.Graph()
    copies: dict[Node, Node] = {}
    for node in chain:
        copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[chain[-1]])
    return GraphModule(network, graph)
