"""What figures call the pairs of networks: by their settings, never by their variant's name."""

from collections.abc import Mapping, Sequence

from experiments.mode_connectivity.readings import Reading
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from research.evidence.style import wrapped
from research.settings.models import CNNSettings, MLPSettings

DATA = {
    "digits": "digits",
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "cifar10": "CIFAR-10",
}


def network_of(settings: ModeConnectivitySettings) -> str:
    """The network, such as "CNN with batch norm"."""
    model = settings.model
    if isinstance(model, MLPSettings):
        name = f"fully connected, {'-'.join(map(str, model.widths))} units"
    elif isinstance(model, CNNSettings):
        name = f"CNN, {'-'.join(map(str, model.channels))} channels"
    else:
        layers = 2 + 2 * sum(model.blocks)
        name = f"ResNet-{layers}, width {model.width}"
        return name if model.skip else f"{name}, no skips"
    return f"{name}, batch norm" if model.batch_norm else name


def curve_of(settings: ModeConnectivitySettings) -> str:
    """The curve, such as "Bezier curve" or "chain of 2 pieces"."""
    curve = settings.curve
    if curve.kind == "chain":
        return f"chain of {curve.bends + 1} pieces"
    return "Bezier curve" if curve.bends == 1 else f"Bezier curve with {curve.bends} bends"


def title_of(settings: ModeConnectivitySettings) -> str:
    """Data and network, for the head of a figure."""
    return f"{DATA[settings.data.name]}: {network_of(settings)}"


def panel_title(settings: ModeConnectivitySettings) -> str:
    """Data, network and curve, in lines for the head of a narrow panel."""
    return f"{wrapped(title_of(settings), 32)}\n{curve_of(settings)}"


def grouped(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    """The runs of each variant, but for variants with settings and seeds of an earlier one."""
    groups: dict[str, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(reading.store.variant, []).append(reading)
    kept: dict[str, list[Reading]] = {}
    for variant, runs in groups.items():
        if not any(_what_ran(runs) == _what_ran(others) for others in kept.values()):
            kept[variant] = runs
    return kept


def repeated(readings: Sequence[Reading], kept: Mapping[str, Sequence[Reading]]) -> str:
    """Which variants `grouped` left out, as sentences for a caption."""
    runs: dict[str, list[Reading]] = {reading.store.variant: [] for reading in readings}
    for reading in readings:
        runs[reading.store.variant].append(reading)
    sentences = [
        f"{variant} has the settings of {like} and is not drawn again."
        for variant, found in runs.items()
        for like, others in kept.items()
        if variant not in kept and _what_ran(found) == _what_ran(others)
    ]
    return " ".join(sentences)


def _what_ran(runs: Sequence[Reading]) -> list[object]:
    return [(run.settings, run.store.seed) for run in runs]
