"""What the runs recorded: how training ended, the plane, its curvature. No torch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from experiments.skip_connections.settings import END_POINT, SkipConnectionsSettings
from research.evidence.surfaces import (
    Curvature,
    curvature_names,
    read_curvature,
    read_surface,
    surface_names,
)
from research.records.store import Record, RunStore
from research.surface import Surface

Floats = NDArray[numpy.float64]
PLANE = "train"
"""The split whose plane is judged and drawn."""


@dataclass(frozen=True)
class CurvatureMap:
    """The outermost eigenvalues over the plane; [i, j] lies at (axes[0][i], axes[1][j]).

    Attributes:
        axes: coordinates along each direction.
        ratio: |lambda_min / lambda_max|, 0 where lambda_min is not negative.
        lambda_max: the largest eigenvalue.
    """

    axes: tuple[Floats, Floats]
    ratio: Floats
    lambda_max: Floats


@dataclass(frozen=True)
class Reading:
    """One run, as far as it has come.

    Attributes:
        store: its folder.
        settings: of its variant.
        train_loss: mean loss of the training images at the end; NaN if training is not done.
        test_accuracy: share of the test images that are predicted right, at the end.
        end_point: curvature where training ended.
        plane: the loss around that point.
        map: curvature over that plane.
    """

    store: RunStore
    settings: SkipConnectionsSettings
    train_loss: float = math.nan
    test_accuracy: float = math.nan
    end_point: Curvature | None = None
    plane: Surface | None = None
    map: CurvatureMap | None = None

    @property
    def lambda_max(self) -> float:
        """The largest eigenvalue at the end point."""
        return math.nan if self.end_point is None else self.end_point.metrics["lambda_max"]


def read(record: Record) -> list[Reading]:
    """All runs of a record, in the order of its plan."""
    settings = {
        name: SkipConnectionsSettings.model_validate(variant.settings)
        for name, variant in record.plan.variants.items()
    }
    return [_read(store, settings[store.variant]) for store in record.runs()]


def _read(store: RunStore, settings: SkipConnectionsSettings) -> Reading:
    landscape = store.stage("landscape")
    train_loss, test_accuracy = _end(store.stage("training"), settings)
    return Reading(
        store,
        settings,
        train_loss,
        test_accuracy,
        read_curvature(landscape, END_POINT) if END_POINT in curvature_names(landscape) else None,
        read_surface(landscape, PLANE) if PLANE in surface_names(landscape) else None,
        _map(store.stage("map").metrics(), settings),
    )


def _end(training: RunStore, settings: SkipConnectionsSettings) -> tuple[float, float]:
    """Training loss and test accuracy of the evaluation at the last step."""
    rows = [row for row in training.metrics() if "train/loss" in row]
    if not rows or rows[-1]["step"] < settings.trainer.max_steps:
        return math.nan, math.nan
    return float(rows[-1]["train/loss"]), float(rows[-1]["test/accuracy"])


def _map(
    rows: Sequence[Mapping[str, float]], settings: SkipConnectionsSettings
) -> CurvatureMap | None:
    """The whole map; None while points are missing."""
    first, second = (numpy.array(axis) for axis in settings.map_axes)
    shape = len(first), len(second)
    if len(rows) < shape[0] * shape[1]:
        return None
    ratio, highest, lowest = (
        numpy.array([row[name] for row in rows], dtype=numpy.float64).reshape(shape)
        for name in ("ratio", "lambda_max", "lambda_min")
    )
    return CurvatureMap((first, second), numpy.where(lowest >= 0, 0.0, ratio), highest)
