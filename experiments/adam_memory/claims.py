"""The claims of adam_memory, each decided by one number per run; see the README of this folder."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from experiments.adam_memory.bounds import (
    largest_step,
    noise_share,
    published_bound,
    steps_to_half,
)
from experiments.adam_memory.points import (
    Forgetting,
    Game,
    Largest,
    Noise,
    Spike,
    metrics_of,
)
from experiments.adam_memory.settings import AdamMemorySettings
from research.evidence.claims import Claim, Verdict
from research.records.status import FINISHED
from research.records.store import Record, RunStore

VARIANT = "adam"
OURS = "our measurements"
KINGMA = "Kingma and Ba (2015), arXiv:1412.6980, section 2.1"
REDDI = "Reddi, Kale and Kumar (2018), arXiv:1904.09237"
BETAS = (0.9, 0.999)

Measure = Callable[[RunStore, AdamMemorySettings], Sequence[float]]
RARE = ("betas", "ones_before", "rare_gradient", "steps_after")


@dataclass(frozen=True)
class MemoryClaim:
    """A claim with the number that decides it.

    Attributes:
        claim: what it says.
        settings: those it is about; a record with others than their defaults decides nothing.
        measure: the numbers of one run; the one nearest to a limit, or furthest beyond, decides.
        least: the smallest number that it allows.
        most: the largest number that it allows.
        note: what else there is to say.
    """

    claim: Claim
    settings: Sequence[str]
    measure: Measure
    least: float = -math.inf
    most: float = math.inf
    note: str = ""

    def judge(self, record: Record) -> Verdict:
        """The verdict over all seeds of the record."""
        runs = [run for run in record.runs() if run.variant == VARIANT]
        reason = self._why_not(record, runs)
        if reason:
            return self.claim.not_measured(reason)
        settings = settings_of(record)
        worst = {
            f"{run.variant}/{run.seed}": min(self.measure(run, settings), key=self._room)
            for run in runs
        }
        measured = min(worst.values(), key=self._room)
        return self.claim.judge(measured, self._room(measured) >= 0, worst, self.note)

    def _room(self, number: float) -> float:
        """How far the number is inside the limits, negative outside."""
        return min(number - self.least, self.most - number)

    def _why_not(self, record: Record, runs: Sequence[RunStore]) -> str | None:
        if not runs:
            return f"the record has no runs of {VARIANT}"
        for run in runs:
            if run.status().state not in FINISHED:
                return f"{run.variant}/{run.seed} is {run.status().state}"
        found, usual = settings_of(record), AdamMemorySettings()
        for name in self.settings:
            if getattr(found, name) != getattr(usual, name):
                return (
                    f"{name} is {getattr(found, name)}, the claim is about {getattr(usual, name)}"
                )
        return None


def settings_of(record: Record, variant: str = VARIANT) -> AdamMemorySettings:
    """The settings of a variant of a record."""
    return AdamMemorySettings.model_validate(record.plan.variants[variant].settings)


def displacement_of(rule: str) -> Measure:
    """What the weight moves from the rare gradient on, followed by ones and by zeros."""

    def measure(run: RunStore, settings: AdamMemorySettings) -> list[float]:
        rows = metrics_of(run, settings, Spike)
        return [row["after"] for point, row in rows.items() if point.rule == rule]

    return measure


def amsgrad_differences(run: RunStore, settings: AdamMemorySettings) -> list[float]:
    """|AMSGrad / Adam - 1| of the displacement, with bias correction and without."""
    rows = metrics_of(run, settings, Spike)
    return [
        abs(rows[Spike(other, after)]["after"] / rows[Spike(rule, after)]["after"] - 1)
        for rule, other in (("adam", "amsgrad torch"), ("uncorrected", "amsgrad paper"))
        for after in (1.0, 0.0)
    ]


def largest_steps(run: RunStore, settings: AdamMemorySettings) -> list[float]:
    """The largest step of bias-corrected Adam over all sequences."""
    rows = metrics_of(run, settings, Largest)
    return [max(row["corrected"] for row in rows.values())]


def forgetting_ratios(run: RunStore, settings: AdamMemorySettings) -> list[float]:
    """Steps to half over the predicted ones; infinite if AMSGrad comes back at all."""
    rows = metrics_of(run, settings, Forgetting)
    if rows[Forgetting("amsgrad torch")]["half"] >= 0:
        return [math.inf]
    predicted = steps_to_half(settings.betas, settings.rare_gradient)
    return [rows[Forgetting("adam")]["half"] / predicted]


def share_errors(run: RunStore, settings: AdamMemorySettings) -> list[float]:
    """|mean step / share - 1| at every noise."""
    rows = metrics_of(run, settings, Noise)
    return [abs(row["mean"] / noise_share(point.ratio) - 1) for point, row in rows.items()]


def distances(problem: str) -> Measure:
    """How far the rules end on their own side of the middle: Adam at +, AMSGrad at -."""

    def measure(run: RunStore, settings: AdamMemorySettings) -> list[float]:
        rows = metrics_of(run, settings, Game)
        return [
            rows[Game(problem, "uncorrected")]["lowest"],
            -rows[Game(problem, "amsgrad paper")]["highest"],
        ]

    return measure


CLAIMS = (
    MemoryClaim(
        Claim(
            "O3a",
            "After 1,000 gradients of 1, a single one of 100,000 moves torch's Adam, which corrects"
            " its biases, by 25.4 learning rates in all",
            OURS,
            "25.4 ± 0.5, whether ones or zeros follow",
        ),
        RARE,
        displacement_of("adam"),
        24.9,
        25.9,
        "the lecture's 10√10 = 31.6 is for Adam without bias correction",
    ),
    MemoryClaim(
        Claim(
            "O3b",
            "Without bias correction the same gradient moves Adam by 31.8 learning rates, close to"
            " the lecture's 1/√(1−β₂) = 10√10",
            f"the value: the lecture; the tolerance: {OURS}",
            "31.8 ± 0.5, whether ones or zeros follow",
        ),
        RARE,
        displacement_of("uncorrected"),
        31.3,
        32.3,
    ),
    MemoryClaim(
        Claim(
            "O3c",
            "On this table AMSGrad is Adam: torch's beside torch's Adam, the paper's beside Adam"
            " without bias correction",
            OURS,
            "difference ≤ 1 %",
        ),
        RARE,
        amsgrad_differences,
        most=0.01,
    ),
    MemoryClaim(
        Claim(
            "M1",
            "One step of Adam can be 7.27 learning rates long, more than twice the 3.16 that the"
            " paper gives as its bound: gradients that grow by β₂/β₁ a step get there",
            f"refutes {KINGMA}; the sharp bound: Cauchy and Schwarz",
            f"> {published_bound(BETAS):.4f}, within 1 % of {largest_step(BETAS):.4f}, not above",
        ),
        ("betas", "bound_steps"),
        largest_steps,
        0.99 * largest_step(BETAS),
        largest_step(BETAS) * (1 + 1e-12),
    ),
    MemoryClaim(
        Claim(
            "M2",
            "Adam forgets: it takes half its usual steps again as many steps after the rare"
            " gradient as ln((1−β₂)G²/3)/−ln β₂ says; AMSGrad never does",
            f"the effect: {REDDI}; the formula: ours",
            "ratio 1 ± 0.01; AMSGrad not within 20,000 steps",
        ),
        (*RARE, "forgetting_steps"),
        forgetting_ratios,
        0.99,
        1.01,
    ),
    MemoryClaim(
        Claim(
            "M3",
            "Under noise the mean step of Adam is the share Eg/√(Var g + (Eg)²) of the learning"
            " rate, for noise from none to 30 times the mean",
            "the lecture",
            "relative error ≤ 2 % at every noise, in every seed",
        ),
        ("betas", "noise_ratios", "noise_steps"),
        share_errors,
        most=0.02,
    ),
    MemoryClaim(
        Claim(
            "M4",
            "Gradients 3, −1, −1, … on [−1, 1], β₁ = 0, β₂ = 1/(1+3²), step lr/√t: Adam goes to"
            " +1, the worst point, and AMSGrad to −1, the best, from every start",
            f"{REDDI}, theorem 1",
            "Adam ≥ 0.99 and AMSGrad ≤ −0.99: the smaller distance from 0 ≥ 0.99",
        ),
        ("game_gradient", "game_lr", "game_steps"),
        distances("every third"),
        0.99,
    ),
    MemoryClaim(
        Claim(
            "M5",
            "The same with gradients 1010 at every 101st step, −10 at the others, β = 0.9 and 0.99:"
            " Adam stays at the worst point, and AMSGrad comes close to the best",
            f"the problem: {REDDI}, section 5; step size and threshold: ours",
            "Adam ≥ 0.8 and AMSGrad ≤ −0.8: the smaller distance from 0 ≥ 0.8",
        ),
        ("cycle_lr", "cycle_steps"),
        distances("every 101st"),
        0.8,
    ),
)
