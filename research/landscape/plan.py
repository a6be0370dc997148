"""What a surface is to be: around which point, along what, over which grid, of which examples."""

import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from research.landscape.directions import directions_from
from research.landscape.evaluation import Evaluator, plain_evaluator
from research.landscape.fast.evaluator import fast_evaluator
from research.landscape.objective import Objective
from research.landscape.refinement import Refinement
from research.landscape.vectors import Direction, cosine, norm
from research.landscape.weights import Weights, weights_of
from research.settings.landscape import BatchNormPolicy, SurfaceSettings

Cells = NDArray[np.int64]
"""Indices of points of a grid, [k, 1] or [k, 2]."""


@dataclass(frozen=True)
class SurfacePlan:
    """A line or plane that is to be measured.

    Attributes:
        name: what its arrays are called; letters, digits, - and _.
        objective: the network and the examples.
        origin: the point with coordinates 0.
        directions: one or two.
        axes: coordinates along each direction, increasing.
        refinement: largest error of the spline that fills in points of a plane, as share of the
            range; None measures all.
        batch_norm: what becomes of running statistics; see `plain_evaluator`.
        statistics: the examples they are measured on anew; None means the objective's.
        dropout_seed: draws masks of dropout, the same at all points; None for no dropout.
        fast: whether the structure of the network is used; see `fast_evaluator`.
        compiled: with fast, whether torch compiles the network.
        preview: with fast, whether it computes in bfloat16; such a surface is not to be published.
        notes: what else is to be kept with the surface, for example where its directions are from;
            plain types.
    """

    name: str
    objective: Objective
    origin: Weights
    directions: tuple[Direction, ...]
    axes: tuple[tuple[float, ...], ...]
    refinement: float | None = None
    batch_norm: BatchNormPolicy = "frozen"
    statistics: Objective | None = None
    dropout_seed: int | None = None
    fast: bool = False
    compiled: bool = False
    preview: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what does not fit together.

        Raises:
            ValueError: it does not.
        """
        check_name(self.name)
        if not len(self.axes) == len(self.directions) in (1, 2):
            found = f"{len(self.directions)} directions and {len(self.axes)} axes"
            raise ValueError(f"{self.name} has {found}, expected one of each, or two")
        for axis in self.axes:
            rises = all(before < after for before, after in pairwise(axis))
            if not (axis and rises and all(map(math.isfinite, axis))):
                raise ValueError(f"{self.name} has axis {list(axis)}, expected rising coordinates")
        if self.refinement is not None and len(self.axes) == 1:
            raise ValueError(f"{self.name} is a line with refinement, which is for planes")

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def centre(self) -> tuple[float, ...]:
        """The origin's coordinates, all 0."""
        return (0.0,) * len(self.axes)

    @cached_property
    def refinements(self) -> Refinement | None:
        """The order of the points, where not all are measured."""
        if self.refinement is None:
            return None
        rows, columns = self.shape
        return Refinement((rows, columns), self.refinement, axes=self.axes)

    @property
    def stage_sizes(self) -> tuple[int, ...]:
        """Most points of each stage; which they are depends on the stages before."""
        if self.refinements is None:
            return (int(np.prod(self.shape)),)
        return self.refinements.stage_sizes

    def coordinates(self, cells: Cells) -> list[tuple[float, ...]]:
        """Where points of the grid lie."""
        return [
            tuple(axis[index] for axis, index in zip(self.axes, cell, strict=True))
            for cell in cells.tolist()
        ]

    def evaluator(self) -> Evaluator:
        """What measures the points: the plain way where statistics or masks are drawn at each."""
        drawn = self.batch_norm == "re-estimated" or self.dropout_seed is not None
        if self.fast and not drawn:
            return fast_evaluator(
                self.objective,
                self.origin,
                self.directions,
                compiled=self.compiled,
                preview=self.preview,
            )
        return plain_evaluator(
            self.objective,
            self.origin,
            self.directions,
            batch_norm=self.batch_norm,
            statistics=self.statistics,
            dropout_seed=self.dropout_seed,
        )

    def description(self, path: str) -> dict[str, Any]:
        """What the surface is of, as plain types.

        Args:
            path: how it was evaluated.
        """
        angle = cosine(*self.directions) if len(self.directions) == 2 else None
        return {
            **self.notes,
            "name": self.name,
            "axes": [list(axis) for axis in self.axes],
            "examples": self.objective.count,
            "fingerprint": self.objective.fingerprint(),
            "batch_size": self.objective.batch_size,
            "batch_norm": self.batch_norm,
            "dropout_seed": self.dropout_seed,
            "refinement": self.refinement,
            "path": path,
            "cosine": angle,
            "direction_lengths": [norm(direction) for direction in self.directions],
            "origin_length": norm(self.origin),
        }

    def on(self, device: torch.device) -> "SurfacePlan":
        """The same plan on a device; the network is copied if it lies on another."""
        if on_device(self.objective, device):
            return self
        objective = placed(self.objective, device)
        statistics = self.statistics
        if statistics is not None:
            examples = moved_to(statistics.examples, device)
            statistics = replace(statistics, model=objective.model, examples=examples)
        return replace(
            self,
            objective=objective,
            origin=moved_to(self.origin, device),
            directions=tuple(moved_to(each, device) for each in self.directions),
            statistics=statistics,
        )


def planned(
    name: str,
    objective: Objective,
    settings: SurfaceSettings,
    *,
    origin: Weights | None = None,
    directions: Sequence[Direction] | None = None,
    statistics: Objective | None = None,
    notes: Mapping[str, Any] | None = None,
) -> SurfacePlan:
    """The plan of a surface as settings say, around a network as it stands.

    Args:
        name: of the surface.
        objective: the network and the examples.
        settings: grid, directions, policies.
        origin: another point than the network's own weights.
        directions: others than the random ones of the settings.
        statistics: the examples that running statistics are measured on anew.
        notes: what else is to be kept with the surface.
    """
    interpolated = settings.batch_norm == "interpolated"
    origin = weights_of(objective.model, interpolated) if origin is None else origin
    drawn: Mapping[str, Any] = {}
    if directions is None:
        count, model = settings.dimensions, objective.model
        directions = directions_from(settings.directions, origin, count, model)
        drawn = settings.directions.model_dump()
    return SurfacePlan(
        name,
        objective,
        origin,
        tuple(directions),
        settings.axes,
        refinement=settings.refinement,
        batch_norm=settings.batch_norm,
        statistics=statistics,
        dropout_seed=settings.directions.seed if settings.dropout == "fixed" else None,
        fast=settings.fast,
        compiled=settings.compiled,
        preview=settings.preview,
        notes={**drawn, **(notes or {})},
    )


def check_name(name: str) -> None:
    """Refuses a name that could not be a file's.

    Raises:
        ValueError: it could not.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"a plan is called {name!r}, expected letters, digits, - and _")


def on_device(objective: Objective, device: torch.device) -> bool:
    """Whether the examples of an objective lie on a device."""
    first = next(iter(objective.examples.values()))
    return first.device.type == device.type and device.index in (None, first.device.index)


def placed(objective: Objective, device: torch.device) -> Objective:
    """An objective on a device, with a copy of its network."""
    model = deepcopy(objective.model).to(device)
    return replace(objective, model=model, examples=moved_to(objective.examples, device))


def moved_to(tensors: Mapping[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """Tensors by name, on a device."""
    return {name: tensor.to(device) for name, tensor in tensors.items()}
