"""Records with made-up runs of heavy_tails_text, to test evidence without training."""

import pytest

from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan
from tests.experiments.heavy_tails_text.synthetic import COUNTS, command_of, groups_of, readings_of

WEIGHTED = 2.0
"""How much greater the weighted loss of every run is than its plain one."""


def written_record(folder, groups=groups_of, variants=None, preset="quick"):
    """A record of a preset in which all runs are done.

    `groups(method, seed, early)` gives the losses by group at a method's best rate.
    """
    command = command_of(preset, variants=variants and tuple(variants))
    plan = Plan(
        experiment="heavy_tails_text",
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )
    record = Record.create(folder, plan, {})
    for reading in readings_of(groups, preset, variants=variants):
        write_run(record.run(reading.trial.variant, reading.trial.seed), reading)
    return record


def write_run(store, reading):
    """What a run leaves behind from which the reading would be read."""
    losses = reading.losses
    for step, loss, mean in zip(losses.steps, losses.loss, losses.overall, strict=True):
        row = {f"per_class/train/loss/group_{i:02d}": x for i, x in enumerate(loss, start=1)}
        row |= {"per_class/train/loss/all": mean, "train/loss": mean, "validation/loss": mean}
        row |= {"train/weighted_loss": mean + WEIGHTED}
        store.append(int(step), {**row, "lr": reading.trial.rate})
    store.save_array("class_counts", 0, COUNTS)
    store.save_array("class_groups", 0, COUNTS.argsort()[::-1].astype(float))
    last = int(losses.steps[-1])
    store.write_status(Status("done", last, last, seconds=30.0))


@pytest.fixture
def make_record(tmp_path):
    """make_record(groups, variants, preset) writes one; see `written_record`."""
    return lambda *given, **named: written_record(tmp_path / "record", *given, **named)


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """A record of the preset quick, which nobody changes."""
    return written_record(tmp_path_factory.mktemp("heavy_tails_text") / "record")
