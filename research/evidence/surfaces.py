"""Reads surfaces and curvature back from a run, or a stage of one, that measured them.

`research.training.landscape` wrote them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.surface import Surface, Values


@dataclass(frozen=True)
class Curvature:
    """Curvature at one point.

    Attributes:
        name: of the measurement.
        metrics: by name, for example lambda_max, trace and trace_standard_error.
        arrays: by name, for example largest, largest_residuals and density_nodes.
        about: what was measured, and of what.
    """

    name: str
    metrics: Mapping[str, float]
    arrays: Mapping[str, Values]
    about: Mapping[str, Any]


def surface_names(store: RunStore) -> list[str]:
    """Names of the surfaces that a run has finished, sorted."""
    kinds = (_names(store, kind) for kind in ("surface", "evaluated", "description"))
    return sorted(set.intersection(*kinds))


def curvature_names(store: RunStore) -> list[str]:
    """Names of the measurements of curvature that a run has finished, sorted."""
    of_surfaces = _names(store, "surface") | _names(store, "centre")
    return sorted(_names(store, "description") - of_surfaces)


def read_surface(store: RunStore, name: str) -> Surface:
    """A finished surface.

    Raises:
        RecordError: the run has none of this name, or not all of it, or a damaged one.
    """
    about = _description(store, name)
    values = _newest(store, f"{name}.surface")
    axes = tuple(np.array(axis, dtype=np.float64) for axis in about["axes"])
    return Surface(
        name,
        axes,
        dict(zip(about["measures"], values, strict=True)),
        _newest(store, f"{name}.evaluated") > 0,
        about["held_out_error"],
        about,
    )


def reservations(surfaces: Iterable[Surface]) -> str:
    """What a caption has to say of surfaces that are not measured in full, and exactly; or ""."""
    known = list(surfaces)
    found = ""
    if not all(surface.evaluated.all() for surface in known):
        found += " Points that were not measured are filled in by a spline."
    if any(surface.is_preview for surface in known):
        found += " It is a preview in bfloat16."
    return found


def read_curvature(store: RunStore, name: str) -> Curvature:
    """A finished measurement of curvature.

    Raises:
        RecordError: the run has none of this name, or a damaged one.
    """
    about = _description(store, name)
    folders = (store.folder / "arrays").glob(f"{name}.*")
    parts = sorted(folder.name.removeprefix(f"{name}.") for folder in folders)
    arrays = {part: _newest(store, f"{name}.{part}") for part in parts if part != "description"}
    return Curvature(name, about["metrics"], arrays, about)


def _names(store: RunStore, kind: str) -> set[str]:
    """The names that an array of a kind is there of."""
    folders = (store.folder / "arrays").glob(f"*.{kind}")
    found = (folder for folder in folders if any(folder.glob("[0-9]*.npy")))
    return {folder.name.removesuffix(f".{kind}") for folder in found}


def _newest(store: RunStore, name: str) -> Values:
    steps = [int(path.stem) for path in (store.folder / "arrays" / name).glob("[0-9]*.npy")]
    if not steps:
        raise RecordError(f"{store.folder} has no array {name}, expected a finished measurement")
    return store.array(name, max(steps))


def _description(store: RunStore, name: str) -> dict[str, Any]:
    numbers = _newest(store, f"{name}.description")
    try:
        found: dict[str, Any] = json.loads(bytes(numbers.astype(np.uint8)))
    except ValueError as error:
        raise RecordError(f"{store.folder}: description of {name} is damaged ({error})") from error
    return found
