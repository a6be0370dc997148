"""Whether what a study searches can be: checked at the corners of the space, before any trial.

Inside the space a combination may still be refused, a width that its heads don't divide for
example; such a trial fails alone. What can't be at a corner is a mistake in the space.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from research.settings.base import Settings
from research.settings.errors import SettingsError, shown
from research.settings.explain import validate
from research.settings.merge import Origin
from research.settings.metrics import OF_EVERY_SPLIT, SPLITS, expected_instead
from research.settings.resolve import refused
from research.settings.search import ObjectiveSettings, SearchSettings
from research.settings.search_space import Parameter
from research.settings.structure import find_value
from research.settings.training import TrainingSettings
from research.settings.trial_layer import trial_layer

_BETTER = {"loss": "minimize", "accuracy": "maximize"}
"""Which way the metrics of every split are better."""


def check_objective(search: SearchSettings, base: Settings, where: Mapping[str, str]) -> None:
    """Refuses a metric that no evaluation logs, and a pruner that could not stop any trial.

    Args:
        search: what is searched.
        base: settings that trials start from.
        where: how errors about objective.metric and pruner.name begin.

    Raises:
        SettingsError: one of the two.
    """
    one_training = isinstance(base, TrainingSettings) and not base.in_stages
    if search.pruner.name != "none" and not one_training:
        raise SettingsError(
            f"{where['pruner.name']} is {search.pruner.name}, expected none: this experiment "
            "has no evaluations at which a trial could be pruned"
        )
    if not isinstance(base, TrainingSettings):
        return
    _check_pruner_steps(search, base, where["pruner.name"])
    metric = search.objective.metric
    split, slash, name = metric.partition("/")
    if slash and split not in SPLITS and (split == "batch" or name not in OF_EVERY_SPLIT):
        return  # of a stage, of batches or of what is watched
    expected = expected_instead(metric, base.splits(), base.added_metrics())
    if expected is not None:
        raise SettingsError(f"{where['objective.metric']} is {shown(metric)}, expected {expected}")


def check_direction(objective: ObjectiveSettings, where: str) -> None:
    """Refuses a loss that would be maximized, or an accuracy minimized, by what nobody wrote.

    Args:
        objective: whose direction was not written beside the metric.
        where: how errors about the metric begin.

    Raises:
        SettingsError: the metric is better in the other direction.
    """
    name = objective.metric.rpartition("/")[2]
    if objective.take == "steps_to" or _BETTER.get(name) in (None, objective.direction):
        return
    flag = "--" if where.startswith("--") else ""
    raise SettingsError(
        f"{where} is {shown(objective.metric)}, expected {flag}objective.direction beside it: "
        f"without it this study would {objective.direction} the {name}"
    )


def _check_pruner_steps(search: SearchSettings, base: TrainingSettings, where: str) -> None:
    """A pruner begins before the last step of a trial."""
    last = base.trainer.max_steps
    for key in ("least_steps", "warmup_steps"):
        first = getattr(search.pruner, key, 0)
        if first >= last and "trainer.max_steps" not in search.space:
            raise SettingsError(
                f"{where} is {search.pruner.name} with {key} {first}, expected fewer than "
                f"trainer.max_steps, {last}: no trial could be pruned"
            )


def check_corners(
    model: type[Settings],
    base: Mapping[str, Any],
    all_parameters: list[Parameter],
    overrides: Mapping[str, Any],
    origins: Mapping[str, Origin],
    where: str,
) -> None:
    """Validates the settings at the corners of the space.

    Args:
        model: the experiment's settings.
        base: settings that trials start from, as plain types.
        all_parameters: of the space.
        overrides: settings of the command line.
        origins: by searched key, how an error about its values begins.
        where: how an error about the whole begins.

    Raises:
        SettingsError: some corners can't be.
    """
    problems = [line for each in all_parameters for line in _not_whole(model, each, origins)]
    if problems:
        raise refused(problems)
    for values in _corners(all_parameters):
        _, lines = validate(model, trial_layer(model, base, values, overrides, origins))
        problems += [_placed(line, values, origins, where) for line in lines]
    if problems:
        raise refused(list(dict.fromkeys(problems)))


def _not_whole(
    model: type[Settings], parameter: Parameter, origins: Mapping[str, Origin]
) -> Iterator[str]:
    """A setting that is a whole number takes no interval of any numbers."""
    domain, value = parameter.domain, find_value(model, tuple(parameter.key.split(".")))
    kinds = {each.annotation for each in value.alternatives()} if value is not None else set()
    if domain.choices is None and not domain.integer and int in kinds and float not in kinds:
        words = value.describe() if value is not None else ""
        where = f"{origins[parameter.key].text}: {parameter.key}"
        yield f"{where} is {words}, expected `integer` after the interval, or integer: true"


def _corners(all_parameters: list[Parameter]) -> Iterator[dict[str, Any]]:
    """A first corner for each combination of what conditions ask for, then one change at a time."""
    asked = {key for each in all_parameters for key in each.domain.when}
    for chosen in _combinations([each for each in all_parameters if each.key in asked], {}):
        rest = [p for p in all_parameters if p.key not in asked and p.is_active(chosen)]
        first = {**chosen, **{each.key: each.corners()[0] for each in rest}}
        yield first
        for each, value in ((p, value) for p in rest for value in p.corners()[1:]):
            yield {**first, each.key: value}


def _combinations(left: list[Parameter], chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not left:
        yield chosen
        return
    first, *rest = left
    if not first.is_active(chosen):
        yield from _combinations(rest, chosen)
        return
    for value in first.corners():
        yield from _combinations(rest, {**chosen, first.key: value})


def _placed(line: str, values: Mapping[str, Any], origins: Mapping[str, Origin], where: str) -> str:
    """A problem of a setting that is not searched itself says with which values it came up."""
    if line.startswith(tuple(f"{each.text}: " for each in origins.values())):
        return line
    drawn = ", ".join(f"{key} {shown(value)}" for key, value in values.items())
    return f"{where}: {line} (with {drawn})"
