"""What the runs of a record came to: their errors over the epochs, in per cent.

A variant cnn5-kWIDTH or resnet-kWIDTH is a point of the model-wise curve as well as a curve over
epochs; `-clean` at its end says that it has no label noise.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from research.records.status import FINISHED, State
from research.records.store import Plan, Record, RunStore

Curve = NDArray[numpy.float64]
"""One value for each evaluation: [evaluations]."""

SHARES = ("error_on_clean", "error_on_noisy", "truth_on_noisy")


@dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        variant: its variant.
        label: what the record calls the variant.
        seed: its seed.
        state: its state.
        settings: its settings, as plain data.
        epochs: passes over the training set at each evaluation.
        test_error: of the test images, in %.
        lagging_error: the same with the running statistics of training; NaN if not measured.
        train_error: of the training images by their labels, wrong ones too, in %.
        shares: by name of `SHARES`, in %; NaN where there is no such image.
        last_step: the step of the last evaluation.
    """

    variant: str
    label: str
    seed: int
    state: State
    settings: Mapping[str, Any]
    epochs: Curve
    test_error: Curve
    lagging_error: Curve
    train_error: Curve
    shares: Mapping[str, Curve]
    last_step: int

    @property
    def run(self) -> str:
        """Its name: variant/seed."""
        return f"{self.variant}/{self.seed}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come from this run."""
        return self.state in FINISHED

    @property
    def is_whole(self) -> bool:
        """Whether it was trained to its last step."""
        return self.state == "done" and self.last_step == self.settings["trainer"]["max_steps"]

    @property
    def width(self) -> int:
        """The width k of its network."""
        return int(self.settings["model"]["width"])

    @property
    def noise(self) -> float:
        """The chance of a training label to be noisy."""
        return float(self.settings["data"]["label_noise"])

    @property
    def labels(self) -> str:
        """What the training labels are, such as "20 % of the labels wrong"."""
        if not self.noise:
            return "all labels right"
        became = "wrong" if self.settings["data"]["noisy_labels"] == "wrong" else "drawn anew"
        return f"{100 * self.noise:g} % of the labels {became}"


def read_outcomes(record: Record) -> list[Outcome]:
    """The outcomes of all runs of a record, in the order of its plan."""
    return [read_outcome(record.plan, store) for store in record.runs()]


def read_outcome(plan: Plan, store: RunStore) -> Outcome:
    """The outcome of one run."""
    rows = [row for row in store.metrics() if "epoch" in row]

    def column(name: str) -> Curve:
        return numpy.array([row.get(name, math.nan) for row in rows], dtype=numpy.float64)

    return Outcome(
        variant=store.variant,
        label=plan.variants[store.variant].label,
        seed=store.seed,
        state=store.status().state,
        settings=plan.variants[store.variant].settings,
        epochs=column("epoch"),
        test_error=100 * (1 - column("test/accuracy")),
        lagging_error=100 * (1 - column("test/accuracy_lagging")),
        train_error=100 * (1 - column("train/accuracy")),
        shares={name: 100 * column(f"train/{name}") for name in SHARES},
        last_step=int(rows[-1]["step"]) if rows else 0,
    )


def final(run: Outcome, curve: Curve) -> float:
    """The median of the last three evaluations; NaN if the run has not come to its end."""
    return float(numpy.median(curve[-3:])) if run.is_whole else math.nan


def least(run: Outcome, curve: Curve) -> float:
    """The least median of three evaluations in a row; NaN if the run has not come to its end.

    So it is `final` of the evaluation at which to stop would have been best.
    """
    if not run.is_whole:
        return math.nan
    return float(numpy.median(sliding_window_view(curve, min(3, len(curve))), axis=1).min())
