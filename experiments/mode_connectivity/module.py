"""The run of mode_connectivity: two networks, the curve between them, and what lies along it."""

from typing import ClassVar

from experiments.mode_connectivity.along import Along, Joined
from experiments.mode_connectivity.plane import build_plane
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from experiments.mode_connectivity.training import Curve, Network, build_images
from research.landscape.network_path import NetworkPath
from research.seeds import derive
from research.training.stages import Done, Stage, StagedRun


class ModeConnectivity(StagedRun):
    """Two networks are trained, then a curve between them; then all is measured.

    The stages are `first` and `second`, the networks, which differ in initial weights and order of
    images; `curve`, whose bends are trained; `along`, the straight line and the curve point by
    point; and `plane`, the loss around them.

    Args:
        settings: data, network, curve and what is measured.
        seed: the seed of the run, from which both networks derive one of their own.
    """

    stages: ClassVar[tuple[str, ...]] = ("first", "second", "curve", "along", "plane")
    settings: ModeConnectivitySettings

    def build(self, name: str, done: Done) -> Stage:
        """The module of one stage."""
        settings = self.settings
        if name in ("first", "second"):
            return Network(settings, derive(self.seed, f"{name} network"))
        start, end = done.weights("first"), done.weights("second")
        if name == "curve":
            return Curve(settings, derive(self.seed, "curve"), start, end)
        network = build_images(settings).model
        path = NetworkPath(network, start, end, settings.curve.kind, settings.curve.bends)
        path.load_state_dict(done.weights("curve"))
        joined = Joined(start, end, path.path())
        if name == "along":
            return Along(settings, self.seed, joined)
        return build_plane(settings, self.seed, joined)
