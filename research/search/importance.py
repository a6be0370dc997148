"""How much each searched setting matters: the share of the objective's variance that it explains.

Functional ANOVA (Hutter, Hoos, Leyton-Brown, ICML 2014): a random forest is fitted to the trials;
the variance of its prediction, averaged over all other settings, is the setting's own share, and
what the single shares leave is interaction. Optuna computes it. A setting counts by its place
within its interval, in logarithms where it is searched so: then the shares are those of the
points' own distribution.

A forest has an answer for noise too. So it is asked first how well it predicts trials that its
trees have not seen (out of bag, R²); where that is no better than their mean, nothing is said.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from research.evidence.study_reading import Importance, measured, worded
from research.records.study_table import StudyTable
from research.settings.search import Domain, as_parameter, holds, wanted_values

FEWEST = 4
"""With fewer trials nothing is said."""
MOST = 1000
"""Of more trials the first are taken: the forest would take minutes."""
TREES = 64


def importances(table: StudyTable, seed: int = 0) -> list[Importance]:
    """The shares of a study's settings: of all trials, then of each group with settings of its own.

    A setting that only some trials have, such as Adam's second beta, can't be compared over all of
    them. So the first entry has the settings that every trial has; each further one has the trials
    of one condition and all settings that they have.

    Args:
        table: the study.
        seed: of the forest; the same table gives the same shares.
    """
    space = table.plan.space
    common = [key for key in space if _is_common(table, key)]
    everything = _Group("", {})
    groups: dict[tuple[tuple[str, int], ...], _Group] = {}
    for row, value in measured(table)[:MOST]:
        active = {
            key: position
            for key, domains in space.items()
            for position, domain in enumerate(domains)
            if key in row.values and holds(domain.when, row.values)
        }
        domains = {key: space[key][position] for key, position in active.items()}
        everything.add({key: domains[key] for key in common}, row.values, value)
        if any(domain.when for domain in domains.values()):
            given = _given(domains.values())
            fixed = {key: Domain(choices=wanted) for key, wanted in given.items()}
            group = groups.setdefault(tuple(active.items()), _Group(_words(given), {}))
            group.add({**domains, **fixed}, row.values, value)
    return [_importance(group, seed) for group in (everything, *groups.values())]


@dataclass(frozen=True)
class _Group:
    """Trials that have the same settings searched, as numbers.

    Attributes:
        condition: what they have in common.
        columns: by key the place of each trial, in [0, 1], or of choices their positions.
        choices: how many there are, of the keys that have choices.
        values: of the objective, [trials].
    """

    condition: str
    columns: dict[str, list[float]]
    choices: dict[str, int] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)

    def scaled(self) -> list[float]:
        """The values within -1 and 1: shares stay the same, and exploded losses fit any type.

        The unit is a power of two, so that nothing is rounded.
        """
        unit = 2.0 ** math.frexp(max(map(abs, self.values)))[1]
        return [value / unit for value in self.values]

    def add(self, domains: Mapping[str, Domain], values: Mapping[str, Any], value: float) -> None:
        """Takes in one trial."""
        self.values.append(value)
        for key, domain in domains.items():
            if domain.choices is None:
                self.columns.setdefault(key, []).append(_share(domain, values[key]))
            elif len(domain.choices) > 1:
                self.choices[key] = len(domain.choices)
                known = [as_parameter(choice) for choice in domain.choices]
                self.columns.setdefault(key, []).append(known.index(as_parameter(values[key])))


def _is_common(table: StudyTable, key: str) -> bool:
    """Whether every trial has a setting, as choices that are the same or within some interval."""
    domains = table.plan.space[key]
    if len(domains) == 1:
        return not domains[0].when
    spans = all(domain.choices is None for domain in domains)
    return spans and all(key in row.values for row, _ in measured(table))


def _given(domains: Iterable[Domain]) -> dict[str, tuple[Any, ...]]:
    """What some domains all depend on: the values that each of those settings may have."""
    given: dict[str, tuple[Any, ...]] = {}
    for domain in domains:
        for key, wanted in domain.when.items():
            also = wanted_values(wanted)
            given[key] = tuple(each for each in given.get(key, also) if each in also)
    return given


def _words(given: Mapping[str, tuple[Any, ...]]) -> str:
    return ", ".join(f"{key} = {' or '.join(map(worded, each))}" for key, each in given.items())


def _importance(group: _Group, seed: int) -> Importance:
    trials = len(group.values)
    if trials < FEWEST:
        return Importance(group.condition, trials, reason=f"it takes at least {FEWEST} trials")
    if not group.columns:
        return Importance(group.condition, trials, reason="no setting is searched in all of them")
    if len(set(group.values)) == 1:
        reason = "all these trials have the same value"
        return Importance(group.condition, trials, reason=reason)
    explained = _explained(group, seed)
    if explained <= 0:
        reason = "a forest predicts unseen trials no better than their mean does"
        return Importance(group.condition, trials, {}, explained, reason)
    return Importance(group.condition, trials, _shares(group, seed), explained)


def _explained(group: _Group, seed: int) -> float:
    """R² of the forest on trials that its trees have not seen."""
    import numpy
    from sklearn.ensemble import RandomForestRegressor

    columns = []
    for key, places in group.columns.items():
        if key in group.choices:
            columns += list(numpy.eye(group.choices[key])[numpy.asarray(places, dtype=int)].T)
        else:
            columns.append(numpy.asarray(places))
    forest = RandomForestRegressor(TREES, random_state=seed, oob_score=True)
    forest.fit(numpy.stack(columns, axis=1), group.scaled())
    return float(forest.oob_score_)


def _shares(group: _Group, seed: int) -> dict[str, float]:
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
    from optuna.importance import FanovaImportanceEvaluator

    distributions: dict[str, BaseDistribution] = {
        key: CategoricalDistribution(range(group.choices[key]))
        if key in group.choices
        else FloatDistribution(0.0, 1.0)
        for key in group.columns
    }
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study()
    finally:
        optuna.logging.set_verbosity(before)
    points = zip(*group.columns.values(), strict=True)
    for point, value in zip(points, group.scaled(), strict=True):
        params = dict(zip(group.columns, point, strict=True))
        study.add_trial(
            optuna.trial.create_trial(params=params, distributions=distributions, value=value)
        )
    evaluator = FanovaImportanceEvaluator(n_trees=TREES, seed=seed)
    found = evaluator.evaluate(study, params=list(group.columns))
    return {key: float(share) for key, share in sorted(found.items(), key=lambda pair: -pair[1])}


def _share(domain: Domain, value: float) -> float:
    """The place of a value within its interval, in [0, 1]."""
    low, high, at = domain.low or 0.0, domain.high or 0.0, float(value)
    if domain.log:
        low, high, at = math.log(low), math.log(high), math.log(at)
    return min(max((at - low) / (high - low), 0.0), 1.0)
