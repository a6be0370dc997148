"""The points of the sweep: searches of one sampler that are made together. No torch."""

from dataclasses import dataclass

from experiments.random_search.settings import NetworkSettings, RandomSearchSettings
from research.settings.search import ADAPTIVE, SamplerName

ADAPTIVE_BLOCK = 10
"""Searches of an adaptive sampler that are one point: a killed run loses no more of them."""


@dataclass(frozen=True)
class Block:
    """Searches of one sampler that are made together."""

    sampler: SamplerName
    repeats: range


def blocks(settings: RandomSearchSettings) -> list[Block]:
    """All of a sampler's searches where they take no time, else a few; of networks one by one."""
    is_network = isinstance(settings.problem, NetworkSettings)
    found = []
    for sampler in settings.samplers:
        repeats = settings.repeats_of(sampler)
        size = ADAPTIVE_BLOCK if sampler in ADAPTIVE else repeats
        starts = range(0, repeats, 1 if is_network else size)
        found += [
            Block(sampler, range(start, min(start + starts.step, repeats))) for start in starts
        ]
    return found
