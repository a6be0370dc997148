"""The LightningModule of random_search: one point per sampler, or per block of its searches."""

import torch

from experiments.random_search.blocks import Block, blocks
from experiments.random_search.bump import metrics_of, search_bump
from experiments.random_search.network import NetworkObjective
from experiments.random_search.settings import NetworkSettings, RandomSearchSettings
from research.data.images import load_images
from research.training.sweep import Result, SweepModule


class RandomSearch(SweepModule):
    """Samplers at equal numbers of trials, on the same problems, many times over.

    Args:
        settings: the problem, the samplers, how many trials and how many searches.
        seed: draws what differs between repeats, and all points.
    """

    settings: RandomSearchSettings

    def __init__(self, settings: RandomSearchSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)

    def points(self) -> list[Block]:
        """Blocks of searches: all of a sampler where they take no time, else a few."""
        return blocks(self.settings)

    def setup(self, stage: str) -> None:
        """Puts the images on the device, if networks are trained."""
        super().setup(stage)
        if isinstance(self.settings.problem, NetworkSettings):
            splits = load_images(self.settings.data, self.settings.data_folder)
            on_device = {
                split: {name: each.to(self.device) for name, each in images.items()}
                for split, images in splits.items()
            }
            classes = self.settings.data.classes
            self.network = NetworkObjective(self.settings.problem, on_device, classes)

    def compute(self, index: int, point: Block) -> Result:
        """Some searches of one sampler.

        Arrays of the bump: budgets [B], best [repeats, B], and of the first searches tried
        [100, trials, d] and centres [100, m]. Of the network: budgets, best (the least error so
        far), errors [1, trials] and tried [1, trials, 4].
        """
        del index
        problem, trials = self.settings.problem, self.settings.trials
        if isinstance(problem, NetworkSettings):
            return self._network_search(point)
        found = search_bump(problem, point.sampler, trials, self.seed, point.repeats)
        arrays = {
            name: torch.from_numpy(values)
            for name, values in vars(found).items()
            if name in ("budgets", "best") or point.repeats.start == 0
        }
        return Result(metrics_of(problem, point.sampler, found), arrays)

    def _network_search(self, point: Block) -> Result:
        (repeat,) = point.repeats
        found = self.network.search(point.sampler, self.settings.trials, self.seed, repeat)
        errors = torch.from_numpy(found.errors)
        trials = torch.arange(1.0, len(errors) + 1)
        best = errors.cummin(0).values
        if point.sampler == "grid":  # which has no order
            trials, best = trials[-1:], best[-1:]
        arrays = {
            "budgets": trials,
            "best": best[None],
            "errors": errors[None],
            "tried": torch.from_numpy(found.tried)[None],
        }
        metrics = {
            f"{point.sampler}/error": float(errors.min()),
            f"{point.sampler}/diverged": found.diverged,
            "repeat": repeat,
            "shift": found.shift,
        }
        return Result(metrics, arrays)
