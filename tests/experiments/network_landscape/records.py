"""Records of a small training, and of what is measured around it, made in this process."""

from experiments.command_line.computing import compute
from research.records.store import Plan, Record, VariantPlan
from research.training.interruption import Interruption
from tests.faults.conftest import PARITY


def computed(record):
    """The record with all its runs done."""
    for run in record.runs():
        compute(record, run, Interruption())
        assert run.status().state == "done"
    return record


def trained(settings, folder):
    """The record of a training of the variant plain, seed 3."""
    plan = Plan(
        experiment="parity",
        folder=str(PARITY),
        wandb="off",
        variants={"plain": VariantPlan(label="a net", settings=settings.model_dump(mode="json"))},
        runs={"plain": [3]},
    )
    return computed(Record.create(folder, plan, {}))
