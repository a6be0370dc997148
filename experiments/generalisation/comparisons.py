"""The three kinds of claims of generalisation, and how the outcomes of a record decide them.

A comparison judges each method at the learning rate of its grid that is best by a rule, never by
the test images. If that rate is the least or the greatest of its grid, nothing is decided.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.generalisation.names import tolerance_text
from experiments.generalisation.outcomes import TEST_ACCURACY, TRAIN_LOSS, Outcome
from experiments.generalisation.selection import BY_TRAIN_LOSS, Rule, choose, undecided
from research.evidence.claimed_settings import ByKey, difference
from research.evidence.claims import Claim, Verdict, format_number
from research.evidence.tuned_rates import SEEDS

ABOUT = {
    "data.name": "fashion_mnist",
    "data.label_noise": 0.0,
    "model.name": "cnn",
    "optimizer.weight_decay": 0.0,
    "averaging": None,
}
"""The settings that the claims are about."""
OPTIMIZERS: Mapping[str, ByKey] = {
    "sgdm": {"optimizer.name": "heavy_ball", "optimizer.momentum": 0.9},
    "adam": {"optimizer.name": "adam", "optimizer.betas": [0.9, 0.999], "optimizer.eps": 1e-8},
}
"""What the methods of most claims must be, whatever network they train."""
AT_LEAST = {"data.train_examples": 5000, "trainer.max_steps": 2400}
"""The least size that they are about."""

Number = Callable[[Outcome], float]


@dataclass(frozen=True)
class Comparison:
    """That a number of one method is greater than another's, seed by seed.

    Attributes:
        claim: what it says.
        greater: the method whose number should be greater.
        less: the method that it is compared with.
        number: the number of a run.
        rule: how learning rates are chosen.
    """

    claim: Claim
    greater: str
    less: str
    number: Number
    rule: Rule = BY_TRAIN_LOSS

    def judge(self, outcomes: Sequence[Outcome]) -> Verdict:
        """The verdict; the least difference over seeds decides."""
        methods = (self.greater, self.less)
        if reason := missing([each for each in outcomes if each.method in methods], methods):
            return self.claim.not_measured(reason)
        choices = [choose(outcomes, method, self.rule) for method in methods]
        per_seed = {
            each.run: self.number(each)
            for choice in choices
            if choice is not None
            for each in choice.outcomes
        }
        for method in methods:
            if reason := undecided(outcomes, method, self.rule):
                return self.claim.not_measured(reason, per_seed)
        greater, less = (choice for choice in choices if choice is not None)
        differences = paired(greater.outcomes, less.outcomes, self.number)
        if len(differences) < SEEDS:
            reason = f"{greater.variant} and {less.variant} share {len(differences)} seeds"
            return self.claim.not_measured(reason, per_seed)
        if not all(map(math.isfinite, differences)):
            reason = f"{greater.variant} or {less.variant} was not evaluated when the claim asks"
            return self.claim.not_measured(reason, per_seed)
        mean = sum(differences) / len(differences)
        note = (
            f"{greater.variant} minus {less.variant}, by {self.rule.name};"
            f" on average {format_number(mean)}"
        )
        return self.claim.judge(min(differences), min(differences) > 0, per_seed, note)


@dataclass(frozen=True)
class Change:
    """What dropout or batch normalisation does to a run that is otherwise the same.

    Attributes:
        claim: what it says.
        setting: the name of the changed variants: METHOD-SETTING.
        number: the number of a run; with the change it should be less.
    """

    claim: Claim
    setting: str
    number: Number
    methods: tuple[str, ...] = ("adam", "sgdm")

    def judge(self, outcomes: Sequence[Outcome]) -> Verdict:
        """The verdict; the least decrease over methods and seeds decides."""
        per_seed: dict[str, float | None] = {}
        decreases: list[float] = []
        for method in self.methods:
            variant = f"{method}-{self.setting}"
            changed = [each for each in outcomes if each.variant == variant]
            plain = without_change(outcomes, changed)
            if reason := missing([*plain, *changed], (variant,)):
                return self.claim.not_measured(reason, per_seed)
            per_seed |= {each.run: self.number(each) for each in (*plain, *changed)}
            found = paired(plain, changed, self.number)
            if len(found) < SEEDS or not all(map(math.isfinite, found)):
                reason = f"{variant} has too few equals without it, or diverged"
                return self.claim.not_measured(reason, per_seed)
            decreases += found
        return self.claim.judge(min(decreases), min(decreases) > 0, per_seed)


@dataclass(frozen=True)
class Switching:
    """When SWATS switches, by its tolerance.

    Attributes:
        claim: what it says.
        strict: the tolerance at which it never should.
        loose: the tolerance at which it should soon.
        soon: the step by which it should.
    """

    claim: Claim
    strict: float = 1e-9
    loose: float = 1e-3
    soon: int = 100

    def judge(self, outcomes: Sequence[Outcome]) -> Verdict:
        """The verdict; the last switch at the loose tolerance decides."""
        groups = {
            tolerance: [each for each in swats_runs(outcomes) if tolerance_of(each) == tolerance]
            for tolerance in (self.strict, self.loose)
        }
        runs = [each for group in groups.values() for each in group]
        per_seed: dict[str, float | None] = {each.run: each.switched for each in runs}
        for tolerance, group in groups.items():
            if reason := missing(group, (), f"SWATS at tolerance {tolerance_text(tolerance)}"):
                return self.claim.not_measured(reason, per_seed)
        if lost := [each.run for each in runs if each.switched is None and not each.is_whole]:
            return self.claim.not_measured(f"{lost[0]} ended before its last step", per_seed)
        early = [each.run for each in groups[self.strict] if each.switched is not None]
        steps = [each.switched for each in groups[self.loose] if each.switched is not None]
        if early or len(steps) < len(groups[self.loose]):
            note = f"switched: {', '.join(early)}" if early else "a run never switched"
            return self.claim.judge(None, False, per_seed, note)
        return self.claim.judge(max(steps), max(steps) <= self.soon, per_seed)


def missing(runs: Sequence[Outcome], methods: Sequence[str], name: str = "") -> str | None:
    """Why runs decide nothing, or None: some are not there, unfinished, or of other settings."""
    for method in methods:
        if not any(method in (each.method, each.variant) for each in runs):
            return f"the record has no runs of {method}"
    if not runs:
        return f"the record has no runs of {name}"
    for run in runs:
        method = run.method or run.variant.partition("-")[0]
        if reason := difference(run.settings, {**ABOUT, **OPTIMIZERS.get(method, {})}, AT_LEAST):
            return f"{run.run} has {reason}"
        if not run.is_finished:
            return f"{run.run} is {run.state}"
    for variant in dict.fromkeys(run.variant for run in runs):
        found = len({run.seed for run in runs if run.variant == variant})
        if found < SEEDS:
            return f"{variant} has {found} of the {SEEDS} seeds that the claim needs"
    return None


def paired(first: Sequence[Outcome], second: Sequence[Outcome], number: Number) -> list[float]:
    """The number of the first minus that of the second, for each seed that both have."""
    others = {each.seed: number(each) for each in second}
    return [number(each) - others[each.seed] for each in first if each.seed in others]


def without_change(outcomes: Sequence[Outcome], changed: Sequence[Outcome]) -> list[Outcome]:
    """The runs that differ from `changed` only in that they have no dropout and no batch norm."""
    if not changed:
        return []
    plain = {**changed[0].settings["model"], "dropout": 0.0, "batch_norm": False}
    wanted = {**changed[0].settings, "model": plain}
    return [each for each in outcomes if each.settings == wanted]


def swats_runs(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The runs that vary SWATS's tolerance."""
    return [each for each in outcomes if each.variant.startswith("swats-tol")]


def tolerance_of(outcome: Outcome) -> float:
    """The switching tolerance of a run of SWATS."""
    return float(outcome.settings["optimizer"]["switch_tolerance"])


def accuracy_on_test(outcome: Outcome) -> float:
    """Test accuracy after the last step, in %."""
    return 100 * outcome.final(TEST_ACCURACY)


def accuracy_gap(outcome: Outcome) -> float:
    """Training minus test accuracy after the last step, in percentage points."""
    return 100 * (outcome.final("train/accuracy") - outcome.final(TEST_ACCURACY))


def early_loss(outcome: Outcome) -> float:
    """Training loss at the end of the first eighth of the steps."""
    return outcome.early(TRAIN_LOSS)
