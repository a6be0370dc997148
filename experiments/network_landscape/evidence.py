"""The evidence of network_landscape: surfaces of each network on one scale, and its eigenvalues.

It has no claims: what is measured of a network that somebody has trained is what it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from research.evidence.claims import Verdict
from research.evidence.surfaces import (
    Curvature,
    curvature_names,
    read_curvature,
    read_surface,
    surface_names,
)
from research.records.store import Record, RunStore
from research.surface import Surface

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from plotly import graph_objects

Measured = TypeVar("Measured", Surface, Curvature)


@dataclass(frozen=True)
class Network:
    """What was measured of one run's network.

    Attributes:
        label: the variant's label, and the seed where the record has several.
        key: a name that can be a file's.
        surfaces: by step and split.
        curvature: by step and split.
    """

    label: str
    key: str
    surfaces: dict[tuple[int, str], Surface]
    curvature: dict[tuple[int, str], Curvature]


def verdicts(record: Record) -> list[Verdict]:
    """None."""
    del record
    return []


def figures(record: Record) -> "dict[str, Figure]":
    """For each network its surfaces and its trajectory; of all, eigenvalues and densities."""
    from experiments.network_landscape.density_figure import density_figure, has_density
    from experiments.network_landscape.eigenvalues_figure import eigenvalues_figure
    from experiments.network_landscape.surfaces_figure import surfaces_figure
    from experiments.network_landscape.trajectory_figure import trajectory_figure, way_of

    networks = list(read_networks(record))
    drawn = {f"surfaces-{each.key}": surfaces_figure(each) for each in networks if each.surfaces}
    for each in networks:
        if way_of(each) is not None:
            drawn[f"trajectory-{each.key}"] = trajectory_figure(each)
    if any(network.curvature for network in networks):
        drawn["eigenvalues"] = eigenvalues_figure(networks)
    if any(has_density(network) for network in networks):
        drawn["density"] = density_figure(networks)
    return drawn


def interactive(record: Record) -> "dict[str, graph_objects.Figure]":
    """For each network its planes, to turn by hand."""
    from research.evidence.landscape_interactive import plotly_surface

    pages = {}
    for network in read_networks(record):
        planes = {
            f"step {step:,}, {split}": surface
            for (step, split), surface in network.surfaces.items()
            if len(surface.axes) == 2
        }
        if planes:
            pages[f"surfaces-{network.key}"] = plotly_surface(planes, title=network.label)
    return pages


def read_networks(record: Record) -> Iterator[Network]:
    """What was measured of each network, as far as it is done."""
    for run in record.runs():
        label = record.plan.variants[run.variant].label
        several = len(record.plan.runs[run.variant]) > 1
        yield Network(
            label=f"{label}, seed {run.seed}" if several else label,
            key=f"{run.variant}-{run.seed}",
            surfaces=_by_step(read_surface(run, name) for name in surface_names(run)),
            curvature=_by_step(_curvature(run)),
        )


def _curvature(run: RunStore) -> Iterator[Curvature]:
    for name in curvature_names(run):
        if name.startswith("curvature-"):
            yield read_curvature(run, name)


def _by_step(found: Iterator[Measured]) -> dict[tuple[int, str], Measured]:
    """In the order of steps, the training split first."""
    by_step = {(int(each.about["step"]), str(each.about["split"])): each for each in found}
    return {key: by_step[key] for key in sorted(by_step, key=_order)}


def _order(key: tuple[int, str]) -> tuple[int, bool, str]:
    step, split = key
    return step, split != "train", split
