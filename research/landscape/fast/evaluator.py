"""Measures at points, sooner than the plain way and equal to it up to rounding.

What is fast here is algebra and memory, and each part is used where the network has the structure
for it:

- a first layer that is linear is computed once for all points (`first_layer`); after it, linear
  layers of a width that is slow are widened (`padding`);
- batch norm that stands still is folded into the layer before it, in the origin and in every
  direction (`folding`);
- convolutions of images run with channels last, on few examples at a time, which stay in the
  processor's cache; sums and ReLUs overwrite what they read (`in_place`);
- a point is set by few operations on one vector (`points`), and a network that is one operation
  after the other runs as a list of them (`chain`);
- on request: compiled by torch, or in bfloat16, which is a preview and no surface to publish.

Nothing is chosen by a clock: the same surface has the same bits each time. Before it is used, an
evaluator is compared with the plain one at a point; where they differ, the plain one is returned.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.fx import GraphModule

from research.landscape.evaluation import Coordinates, Evaluator, plain_evaluator
from research.landscape.fast.chain import in_a_row
from research.landscape.fast.first_layer import FirstLayer, cut_first_layer
from research.landscape.fast.folding import fold_batch_norm, folded, moving_names
from research.landscape.fast.graph import Unrecognised, has_convolutions, traced_copy
from research.landscape.fast.in_place import write_in_place
from research.landscape.fast.network import FastNetwork, channels_last, inputs_of
from research.landscape.fast.padding import pad_narrow_layers
from research.landscape.fast.points import Points
from research.landscape.objective import Measures, Objective
from research.landscape.vectors import Direction
from research.landscape.weights import Weights
from research.surface import PREVIEW
from research.task import Batch, size

IMAGES_AT_ONCE = 32
"""Images of one forward pass through convolutions: measured, see the README."""
ROWS_AT_ONCE = 1024
"""Examples of one forward pass after a first layer that is computed once."""
TOLERANCE, PREVIEW_TOLERANCE = 1e-3, 0.1
"""How far the mean loss may be from the plain one, as a share of it; a wrong graph is far off."""


class FastEvaluator:
    """Measures at points of a plane (or line), by a changed copy of the network.

    The network itself is only read. `fast_evaluator` builds it, and checks what it returns.

    Attributes:
        path: what was done, in words.
    """

    def __init__(
        self,
        path: str,
        network: FastNetwork,
        points: Points,
        batches: Sequence[Batch],
        measures: Measures,
    ) -> None:
        self.path = path
        self._network = network
        self._points = points
        self._batches = batches
        self._measures = measures

    def __call__(self, coordinates: Coordinates) -> dict[str, Tensor]:
        """By name of the measure, [points, examples]."""
        devices = {column.device for column in self._batches[0].values() if column.is_cuda}
        indices = [device.index for device in devices]
        with torch.random.fork_rng(devices=indices), torch.inference_mode():
            found = [self.at(point) for point in coordinates]
        return {name: torch.stack([each[name] for each in found]) for name in found[0]}

    def at(self, point: Sequence[float], examples: int | None = None) -> dict[str, Tensor]:
        """The measures at one point, [examples] each; to be called in inference mode.

        Args:
            point: its coordinates.
            examples: how many of the first examples at least; None means all.
        """
        parts: dict[str, list[Tensor]] = {}
        self._points.set(point)
        seen = 0
        for number, batch in enumerate(self._batches):
            if examples is not None and seen >= examples:
                break
            self._network.look_at(number, point)
            for name, values in self._measures(self._network, batch).items():
                parts.setdefault(name, []).append(values)
            seen += size(batch)
        return {name: torch.cat(values) for name, values in parts.items()}


def fast_evaluator(
    objective: Objective,
    origin: Weights,
    directions: Sequence[Direction],
    *,
    compiled: bool = False,
    preview: bool = False,
) -> Evaluator:
    """The fastest evaluator that the network's structure allows, with batch norm frozen or moved.

    Its losses are the plain evaluator's up to rounding: a part in 10^7 of the mean loss, seldom
    more, and a few in 10^3 for a preview. `path` tells what was done, or why nothing could be.

    Args:
        objective: the network and the examples.
        origin: the point with coordinates 0.
        directions: what the coordinates are along. Statistics of batch norm may be part of both.
        compiled: whether torch compiles the network; it takes some seconds, and a C++ compiler.
        preview: whether the network computes in bfloat16, with two to three decimal digits.
    """
    try:
        evaluator = _build(objective, origin, directions, compiled, preview)
        _check(evaluator, objective, origin, directions, preview)
    except (Unrecognised, RuntimeError) as reason:
        plain = plain_evaluator(objective, origin, directions)
        plain.path = f"plain: {str(reason).partition(chr(10))[0]}"
        return plain
    return evaluator


def _build(
    objective: Objective,
    origin: Weights,
    directions: Sequence[Direction],
    compiled: bool,
    preview: bool,
) -> FastEvaluator:
    if not directions:
        raise Unrecognised("there is nothing to move along")
    model, measures = objective.model, objective.measures
    network = traced_copy(model, inputs_of(model, measures, [next(objective.batches())])[0])
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    folds = fold_batch_norm(network, moving_names(directions))
    point = {name: origin.get(name, tensor).detach() for name, tensor in tensors.items()}
    start, changes = folded(folds, point, directions)
    write_in_place(network)
    first = cut_first_layer(network, objective.count, len(directions))
    if not (first or has_convolutions(network) or compiled or preview):
        raise Unrecognised("it has neither convolutions nor a linear first layer")
    batches = _batches(network, objective, first)
    sums = None
    if first is not None:
        pad_narrow_layers(network)
        inputs = inputs_of(model, measures, batches)
        sums = [first.products(x, [start, *changes]) for x in inputs]
    dtype = torch.bfloat16 if preview else None
    points = Points(network, start, changes, dtype)
    path = ", ".join(_path(len(folds), first, network, compiled, preview, size(batches[0])))
    run = torch.compile(network, dynamic=False) if compiled else in_a_row(network) or network
    return FastEvaluator(path, FastNetwork(network, run, dtype, sums), points, batches, measures)


def _batches(network: GraphModule, objective: Objective, first: FirstLayer | None) -> list[Batch]:
    """The examples, as many at a time as the network is fast with."""
    on_processor = next(iter(objective.examples.values())).device.type == "cpu"
    if first is not None:
        return list(replace(objective, batch_size=ROWS_AT_ONCE).batches())
    if not has_convolutions(network):
        return list(objective.batches())
    at_once = IMAGES_AT_ONCE if on_processor else objective.batch_size
    split = replace(objective, examples=channels_last(objective.examples), batch_size=at_once)
    return list(split.batches())


def _path(
    folds: int,
    first: FirstLayer | None,
    network: GraphModule,
    compiled: bool,
    preview: bool,
    at_once: int,
) -> list[str]:
    """What was done, in words."""
    done = {
        "fast": True,
        "the first layer computed once": first is not None,
        f"{folds} batch norms folded": folds > 0,
        "channels last": has_convolutions(network),
        "compiled": compiled,
        PREVIEW: preview,
        f"{at_once} examples at once": True,
    }
    return [name for name, is_so in done.items() if is_so]


def _check(
    evaluator: FastEvaluator,
    objective: Objective,
    origin: Weights,
    directions: Sequence[Direction],
    preview: bool,
) -> None:
    """Compares the losses of the first batch at one point with the plain ones.

    Raises:
        Unrecognised: their means differ by more than rounding explains.
    """
    point = [0.3 / (1 + number) for number in range(len(directions))]
    batch = next(objective.batches())
    small = replace(objective, examples=batch)
    plain = plain_evaluator(small, origin, directions)([point])["loss"][0].double().mean()
    with torch.random.fork_rng(), torch.inference_mode():
        losses = evaluator.at(point, size(batch))["loss"][: size(batch)]
    fast = losses.double().mean()
    tolerance = PREVIEW_TOLERANCE if preview else TOLERANCE
    if not torch.isclose(fast, plain, rtol=tolerance, atol=1e-6, equal_nan=True):
        raise Unrecognised(f"the fast path gives {float(fast):.6g} for {float(plain):.6g}")
