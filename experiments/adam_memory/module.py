"""Computes the points of adam_memory: steps of Adam and AMSGrad on gradients known in advance."""

import torch
from torch import Tensor

from experiments.adam_memory.points import (
    Forgetting,
    Game,
    Largest,
    Noise,
    Point,
    Spike,
    points,
    spacing,
)
from experiments.adam_memory.rules import Rule, steps_of
from experiments.adam_memory.settings import AdamMemorySettings
from research.training.sweep import Result, SweepModule

SETTLING_STEPS = 4000
"""Until the second moment has forgotten that it started at zero: e^-4 is left at b2 = .999."""
STARTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Where the online problems start."""


class AdamMemory(SweepModule):
    """One result per point; see `points`."""

    settings: AdamMemorySettings

    def points(self) -> list[Point]:
        """Rare gradients, forgetting, largest steps, noise, and online problems."""
        return points(self.settings)

    def compute(self, index: int, point: Point) -> Result:
        """Distances are in units of the learning rate."""
        match point:
            case Spike():
                return self._spike(point)
            case Forgetting():
                return self._forgetting(point)
            case Largest():
                return self._largest(point, index)
            case Noise():
                return self._noise(point, index)
            case Game():
                return self._game(point)

    def _ones(self, count: int) -> Tensor:
        return torch.ones(count, dtype=torch.float64, device=self.device)

    def _spike(self, point: Spike) -> Result:
        """Metrics before, at, first_ten, after; array path, the sum since: [steps_after]."""
        before = self.settings.ones_before
        rest = point.after * self._ones(self.settings.steps_after - 1)
        spike = self.settings.rare_gradient * self._ones(1)
        gradients = torch.cat([self._ones(before), spike, rest])
        steps = steps_of(point.rule, self.settings.betas, gradients)
        path = steps[before:].cumsum(0)
        metrics = {
            "before": float(steps[:before].sum()),
            "at": float(path[0]),
            "first_ten": float(path[9]),
            "after": float(path[-1]),
        }
        return Result(metrics, {"path": path})

    def _forgetting(self, point: Forgetting) -> Result:
        """Metric half: steps until a step is half as long as before; -1 for never."""
        before = self.settings.ones_before
        gradients = self._ones(before + 1 + self.settings.forgetting_steps)
        gradients[before] = self.settings.rare_gradient
        steps = steps_of(point.rule, self.settings.betas, gradients)
        usual, after = float(steps[before - 1]), steps[before + 1 :]
        memory = round(20 / (1 - self.settings.betas[0]))  # until m has forgotten the rare gradient
        recovered = (after[memory:] >= usual / 2).nonzero()
        half = memory + 1 + int(recovered[0]) if len(recovered) else -1
        return Result(
            {"half": half, "last": float(after[-1])},
            {"size": after[:: spacing(len(after))].clone()},
        )

    def _largest(self, point: Largest, index: int) -> Result:
        """Metrics corrected, uncorrected: the largest step of each rule."""
        gradients = self._sequence(point.sequence, index)
        metrics = {}
        for name, rule in (("corrected", "adam"), ("uncorrected", "uncorrected")):
            steps = steps_of(rule, self.settings.betas, gradients)
            metrics[name] = float(steps.abs().max())
        return Result(metrics)

    def _sequence(self, name: str, index: int) -> Tensor:
        """Gradients: [steps, weights]; random ones are drawn for as many weights as there are."""
        count, (beta1, beta2) = self.settings.bound_steps, self.settings.betas
        if name in ("gaussian", "cauchy"):
            shape = (count, self.settings.coordinates)
            draws = torch.empty(shape, dtype=torch.float64, device=self.device)
            fill = draws.normal_ if name == "gaussian" else draws.cauchy_
            return fill(generator=self.generator(index))
        ages = torch.arange(count, device=self.device).flip(0).to(torch.float64)
        sequences = {
            "constant": torch.ones_like(ages),
            "alternating": 1 - 2 * (ages % 2),
            "lone": (ages == 0).to(torch.float64),
            "growing": torch.pow(beta1 / beta2, ages),
        }
        return sequences[name].unsqueeze(1)

    def _noise(self, point: Noise, index: int) -> Result:
        """Metrics mean and root_mean_square of the step, over steps and coordinates.

        Every two coordinates have opposite noise: each is a fair sample, and what is left of the
        noise in their mean is a hundredth.
        """
        half = self.settings.coordinates // 2
        generator = self.generator(index)
        total = torch.zeros(2, dtype=torch.float64, device=self.device)
        rule = Rule("adam", self.settings.betas, self._ones(2 * half))
        for step in range(SETTLING_STEPS + self.settings.noise_steps):
            noise = torch.randn(half, dtype=torch.float64, device=self.device, generator=generator)
            moved = rule.step(1 + point.ratio * torch.cat([noise, -noise]))
            if step >= SETTLING_STEPS:
                total += torch.stack([moved.mean(), moved.square().mean()])
        mean, square = (total / self.settings.noise_steps).tolist()
        return Result({"mean": mean, "root_mean_square": square**0.5})

    def _game(self, point: Game) -> Result:
        """Metrics lowest, highest: over the starts, the mean of the last tenth of the steps."""
        position = torch.tensor(STARTS, dtype=torch.float64, device=self.device)
        large, usual, period, betas, lr, count = self._problem(point)
        rule = Rule(point.rule, betas, position)
        gradients = {
            True: torch.full_like(position, large),
            False: torch.full_like(position, usual),
        }
        path = torch.empty(count, len(STARTS), dtype=torch.float64, device=self.device)
        for t in range(1, count + 1):
            moved = rule.step(gradients[t % period == 1])
            position = (position - lr * t**-0.5 * moved).clamp_(-1, 1)
            path[t - 1] = position
        ends = path[-max(count // 10, 1) :].mean(0)
        return Result(
            {"lowest": float(ends.min()), "highest": float(ends.max())},
            {"x": path[:: spacing(count)].clone()},
        )

    def _problem(self, point: Game) -> tuple[float, float, int, tuple[float, float], float, int]:
        """The rare and the usual gradient, the period, the rule's betas, lr and steps."""
        settings = self.settings
        if point.problem == "every third":
            rare = settings.game_gradient
            betas = (0.0, 1 / (1 + rare**2))
            return rare, -1.0, 3, betas, settings.game_lr, settings.game_steps
        return 1010.0, -10.0, 101, (0.9, 0.99), settings.cycle_lr, settings.cycle_steps
