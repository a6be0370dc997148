"""Settings of the run of two stages."""

from research.settings.landscape import SurfaceSettings
from tests.parity.settings import ParitySettings


class StagedSettings(ParitySettings):
    """The tiny network, and a plane through its weights."""

    surface: SurfaceSettings = SurfaceSettings(
        points=9, second_points=5, examples=None, splits=("train",), refinement=0.05
    )
