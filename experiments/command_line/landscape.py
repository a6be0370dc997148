"""From the words of `descent landscape` to the plan of its record: which networks, what of them.

All of it is checked here, without torch; whether a checkpoint is whole is seen when it is read.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.command_line.launch import default_threads, default_workers
from experiments.command_line.machine import check_machine
from experiments.command_line.option_values import Mirroring
from experiments.network_landscape.settings import (
    MeasuredSettings,
    NetworkLandscapeSettings,
    NetworksSettings,
)
from experiments.network_landscape.source import refuse_without_trajectory, training_settings
from research.records.checkpoint_names import all_checkpoints, step_of
from research.records.plan import VariantPlan
from research.records.store import Plan, Record, RecordError, RunStore
from research.settings.document import path_shown
from research.settings.errors import SettingsError, shown, unknown
from research.settings.explain import validate
from research.settings.merge import Layer, merge
from research.settings.resolve import ResolvedVariant

LAST = "last"


class Choice:
    """The networks that a command is about.

    Args:
        path: a record, or a checkpoint in one.
        variants: of them; None means all of the record.
        seeds: of them; None means all of each variant.
        steps: such as "0,last"; None means the last checkpoint, or the one that `path` is.
        stage: which trains them; None means the last that does.

    Attributes:
        record: the record that has trained them.

    Raises:
        SettingsError: there is no such network; says what was looked for, and what there is.
    """

    def __init__(
        self,
        path: Path,
        variants: Sequence[str] | None = None,
        seeds: Sequence[int] | None = None,
        steps: str | None = None,
        stage: str | None = None,
    ) -> None:
        if path.is_dir():
            self.record = Record.open(path)
        else:
            self.record, run, step = _of_checkpoint(path)
            others = {"--variants": variants, "--seeds": seeds, "--steps": steps, "--stage": stage}
            for option, value in others.items():
                if value is not None:
                    raise SettingsError(
                        f"{option} says which of a record's networks, {path} is one"
                    )
            variants, seeds, stage, steps = [run[0]], [run[1]], run[2], str(step)
        training_settings(self.record, next(iter(self.record.plan.variants)))
        self._stage = stage
        self._steps = LAST if steps is None else steps
        self._runs = [run for run in self.record.runs() if _is_chosen(run, variants, seeds)]
        self._refuse_what_is_not_there(variants, seeds)

    def networks(self) -> dict[str, NetworksSettings]:
        """By variant, what is looked at."""
        stages: dict[str, str | None] = {}
        steps: dict[str, dict[str, tuple[int, ...]]] = {}
        for run in self._runs:
            store = self._trained_by(run)
            stages[run.variant] = store.folder.name if store is not run else None
            steps.setdefault(run.variant, {})[str(run.seed)] = self._steps_of(store)
        return {
            variant: NetworksSettings(
                record=str(self.record.folder), variant=variant, stage=stages[variant], steps=found
            )
            for variant, found in steps.items()
        }

    def _refuse_what_is_not_there(
        self, variants: Sequence[str] | None, seeds: Sequence[int] | None
    ) -> None:
        known = self.record.plan.runs
        for variant in variants or ():
            if variant not in known:
                raise unknown("variant", variant, list(known))
        for seed in seeds or ():
            if not any(run.seed == seed for run in self._runs):
                there = sorted({run.seed for run in self.record.runs()})
                raise SettingsError(f"--seeds has {seed}, expected some of {_listed(there)}")

    def _trained_by(self, run: RunStore) -> RunStore:
        """The run, or the stage of it that trains the network."""
        names = run.stages()
        if not names:
            if self._stage is not None:
                raise SettingsError(f"--stage is {self._stage}, but {_name(run)} has no stages")
            return run
        trained = [name for name in names if all_checkpoints(run.stage(name).checkpoints)]
        if self._stage is not None and self._stage not in trained:
            raise SettingsError(
                f"--stage is {self._stage}, expected one with checkpoints: "
                f"{_listed(trained) or 'there is none yet'}"
            )
        return run.stage(self._stage or (trained or names)[-1])

    def _steps_of(self, store: RunStore) -> tuple[int, ...]:
        found = [step_of(path) for path in reversed(all_checkpoints(store.checkpoints))]
        there = [step for step in found if step is not None]
        chosen = []
        for word in self._steps.split(","):
            text = word.strip()
            if text == LAST and not there:
                raise RecordError(
                    f"{path_shown(store.checkpoints)}: no checkpoint of {_name(store)}, expected "
                    "its run to have come to one; --steps 0 looks at it before its training"
                )
            step = there[-1] if text == LAST else int(text) if text.isdecimal() else None
            if step is None or (step and step not in there) or step in chosen:
                raise SettingsError(
                    f"--steps is {shown(self._steps)}, expected different ones of 0, {LAST} and "
                    f"the checkpoints of {_name(store)}: {_listed(there) or 'there are none'}"
                )
            chosen.append(step)
        return tuple(chosen)


def _of_checkpoint(path: Path) -> tuple[Record, tuple[str, int, str | None], int]:
    """The record, run (variant, seed, stage) and step of a checkpoint.

    Raises:
        SettingsError: it is none, or lies in no record.
    """
    expected = "expected a record, or RECORD/runs/VARIANT/SEED/checkpoints/step-STEP.ckpt"
    if not path.is_file():
        raise SettingsError(f"{path}: there is no such file or folder, {expected}")
    step, place = step_of(path), path.absolute().parent
    for above in (place, *place.parents):
        if (above / "settings.yaml").is_file():
            break
    else:
        raise SettingsError(
            f"{path} lies in no record, so nobody knows which network it is of; {expected}"
        )
    parts = place.relative_to(above).parts
    if step is None or len(parts) not in (4, 5) or (parts[0], parts[-1]) != ("runs", "checkpoints"):
        raise SettingsError(f"{path} is no checkpoint of a run, {expected}")
    record = Record.open(above)
    seed = int(parts[2]) if parts[2].isdecimal() else -1
    record.run(parts[1], seed)
    return record, (parts[1], seed, parts[3] if len(parts) == 5 else None), step


def measured_settings(
    overrides: Mapping[str, Any], splits: Sequence[str] | None
) -> MeasuredSettings:
    """What is measured, as flags say over the defaults, on this machine.

    Args:
        overrides: values by dotted key.
        splits: of the data, as far as they are known: the default surfaces are of the first and the
            last of them.

    Raises:
        SettingsError: something can't be; the first problems.
    """
    surface: dict[str, Any] = {"splits": ["train"]}
    if splits:
        surface["splits"] = list(dict.fromkeys([splits[0], splits[-1]]))
    if overrides.get("surface.dimensions") == 1:
        surface["refinement"] = None  # which is for planes
    flags = [Layer.of_flag(key, value) for key, value in overrides.items()]
    layers = [Layer.of_defaults(MeasuredSettings), Layer({"surface": surface}), *flags]
    layer = functools.reduce(lambda low, high: merge(low, high, MeasuredSettings), layers)
    settings, problems = validate(MeasuredSettings, layer)
    if settings is None:
        raise SettingsError(*problems)
    check_machine(ResolvedVariant("", "", settings, layer))
    if settings.surface is None and settings.curvature is None:
        raise SettingsError("--surface and --curvature are null, expected something to measure")
    if (
        settings.surface is None
        and settings.curvature
        and not settings.curvature.measures_something
    ):
        raise SettingsError(
            "--surface is null and --curvature asks for nothing, expected something to measure"
        )
    for key, chosen in (("surface", settings.surface), ("curvature", settings.curvature)):
        wrong = set(chosen.splits) - set(splits) if chosen is not None and splits else set()
        if wrong:
            raise SettingsError(
                f"--{key}.splits has {min(wrong)}, expected some of {_listed(splits or ())}"
            )
    return settings


def landscape_plan(
    choice: Choice, overrides: Mapping[str, Any], workers: int | None, wandb: Mirroring
) -> Plan:
    """The plan of a record of landscapes.

    Args:
        choice: the networks.
        overrides: what is measured of them, by dotted key.
        workers: runs at a time; None takes what suits the machine.
        wandb: how runs are mirrored.

    Raises:
        SettingsError: something can't be.
    """
    networks, source = choice.networks(), choice.record.plan
    settings = {
        variant: _settings(choice.record, found, overrides) for variant, found in networks.items()
    }
    runs = {variant: found.seeds() for variant, found in networks.items()}
    for variant, each in settings.items():
        if each.surface is not None and each.directions == "trajectory":
            for seed in runs[variant]:
                refuse_without_trajectory(networks[variant], seed)
    trainer = next(iter(settings.values())).trainer
    if workers is None:
        count = sum(len(seeds) for seeds in runs.values())
        workers = default_workers(count, trainer.accelerator, trainer.devices)
    return Plan(
        experiment="network_landscape",
        preset=source.preset,
        overrides=dict(overrides),
        workers=workers,
        threads=default_threads(workers),
        wandb=wandb,
        variants={
            variant: VariantPlan(
                label=source.variants[variant].label, settings=each.model_dump(mode="json")
            )
            for variant, each in settings.items()
        },
        runs=runs,
    )


def _settings(
    record: Record, networks: NetworksSettings, overrides: Mapping[str, Any]
) -> NetworkLandscapeSettings:
    splits = training_settings(record, networks.variant).splits()
    measured = measured_settings(overrides, splits)
    return NetworkLandscapeSettings(**dict(measured), networks=networks)


def _is_chosen(run: RunStore, variants: Sequence[str] | None, seeds: Sequence[int] | None) -> bool:
    return (variants is None or run.variant in variants) and (seeds is None or run.seed in seeds)


def _name(run: RunStore) -> str:
    return f"{run.variant} seed {run.seed}"


def _listed(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))
