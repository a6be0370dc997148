"""Narrow linear layers, widened by outputs of zero that are cut off again.

Libraries of linear algebra compute outputs in blocks of 8 or 16. Ten of them, as many as digits
have classes, take twice the time of sixteen: measured, see the README. The numbers stay the same,
as outputs of a layer know nothing of each other.
"""

from torch import nn
from torch.fx import GraphModule, Node

from research.landscape.fast.graph import module_of

FROM, TO = 8, 16
"""Layers of at least `FROM` outputs and fewer than `TO` get `TO`; narrower ones are fast enough."""


def pad_narrow_layers(network: GraphModule) -> None:
    """Widens narrow linear layers; `Points` sets the rows that they get to zero.

    Args:
        network: the network, changed in place; what these layers held is gone.
    """
    for node in list(network.graph.nodes):
        layer = module_of(network, node)
        if isinstance(layer, nn.Linear) and FROM <= layer.out_features < TO:
            _pad(network, node, layer)
    network.recompile()


def _pad(network: GraphModule, node: Node, layer: nn.Linear) -> None:
    for name, tensor in list(layer.named_parameters()):
        zeros = tensor.new_zeros(TO, *tensor.shape[1:])
        setattr(layer, name, nn.Parameter(zeros, requires_grad=False))
    with network.graph.inserting_after(node):
        kept = network.graph.call_method("narrow", (node, -1, 0, layer.out_features))
    with network.graph.inserting_after(kept):
        # Whoever looks at the outputs may count on their layout.
        alike = network.graph.call_method("contiguous", (kept,))
    node.replace_all_uses_with(alike, lambda user: user is not kept)
