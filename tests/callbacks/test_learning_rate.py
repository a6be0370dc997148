"""The schedule sets lr(t) before update t, whoever takes the steps."""

import hashlib

import pytest
from pytorch_lightning import Callback
from pytorch_lightning.loggers import Logger

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.learning_rate import LearningRateSchedule
from research.optim.schedules import ScheduleError, factor
from research.settings.errors import SettingsError
from research.settings.schedules import (
    ConstantSettings,
    CosineSettings,
    CyclicalSettings,
    ExponentialSettings,
    FormulaSettings,
    InverseSqrtSettings,
    InverseTimeSettings,
    LinearWarmupSettings,
    MultiStepSettings,
    OneCycleSettings,
    PlateauSettings,
    PolynomialSettings,
    RangeTestSettings,
    ScheduleSettings,
    StepSettings,
    StronglyConvexSettings,
    TrapezoidSettings,
    WarmRestartsSettings,
)
from research.settings.structure import Value
from research.settings.training import EvaluationSettings
from research.training.checkpoints import file_name
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

WARMUP = LinearWarmupSettings(steps=12, start=0.25)


class Rates(Callback):
    """Notes the rates of every update, just before it."""

    def __init__(self):
        self.seen = []

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        self.seen.append([group["lr"] for group in optimizer.param_groups])


def expected(steps, *base, schedule=WARMUP, total=None):
    return [pytest.approx([rate * factor(schedule, t, total) for rate in base]) for t in steps]


def test_every_group_of_an_ordinary_module_warms_up(fit):
    """Each group keeps its own base rate, and update 0 already has the schedule's value."""
    rates = Rates()
    fit(Ordinary(), LearningRateSchedule(WARMUP), rates, max_steps=20)
    assert rates.seen == expected(range(20), 0.1, 0.01)


def test_a_resumed_run_goes_on_from_the_base_rates(fit, tmp_path):
    """A checkpoint holds the rate last set: taken for the base, it would be scaled twice."""
    first = fit(Ordinary(), LearningRateSchedule(WARMUP), max_steps=5)
    first.save_checkpoint(tmp_path / "5.ckpt")
    rates = Rates()
    checkpoint = tmp_path / "5.ckpt"
    fit(Ordinary(), LearningRateSchedule(WARMUP), rates, max_steps=20, checkpoint=checkpoint)
    assert rates.seen == expected(range(5, 20), 0.1, 0.01)


class Watched(Parity):
    """Ours, with a watcher after its own callbacks."""

    def __init__(self, settings, watcher):
        super().__init__(settings)
        self.watcher = watcher

    def configure_callbacks(self):
        return [*super().configure_callbacks(), self.watcher]


def test_every_step_of_a_chunk_has_its_own_rate(fit):
    """Lightning sees a chunk of twenty steps as one batch; the schedule must not."""
    settings = parity_settings().model_copy(update={"schedule": WARMUP})
    rates = Rates()
    fit(Watched(settings, rates), max_steps=30)
    assert rates.seen == expected(range(30), 0.01)


def test_a_schedule_without_a_length_takes_the_run_s(fit):
    rates = Rates()
    fit(Ordinary(), LearningRateSchedule(CosineSettings()), rates, max_steps=20)
    assert rates.seen == expected(range(20), 0.1, 0.01, schedule=CosineSettings(), total=20)


def test_a_rate_below_zero_never_reaches_the_optimizer(fit):
    rates = Rates()
    line = LearningRateSchedule(FormulaSettings(expression="1 - t/10"))
    with pytest.raises(ScheduleError, match=r"factor -0\.1 at update 11"):
        fit(Ordinary(), line, rates, max_steps=20)
    assert len(rates.seen) == 11


EACH = [
    ConstantSettings(),
    CosineSettings(),
    CyclicalSettings(steps_up=3, steps_down=5, mode="triangular2"),
    ExponentialSettings(gamma=0.97),
    FormulaSettings(expression="0.1 if t % 3 == 0 else 1 - t/T"),
    InverseSqrtSettings(),
    InverseTimeSettings(decay=0.3, steps_per_epoch=4),
    LinearWarmupSettings(steps=7, then=PlateauSettings(patience=0, threshold=0.5, gamma=0.7)),
    MultiStepSettings(milestones=[3, 25, 26]),
    OneCycleSettings(),
    PlateauSettings(metric="train/accuracy", better="higher", patience=1, cooldown=1, gamma=0.5),
    PolynomialSettings(power=2.0),
    RangeTestSettings(lowest_lr=1e-4, highest_lr=0.1),
    StepSettings(every=6, gamma=0.5),
    StronglyConvexSettings(),
    TrapezoidSettings(warmup=5, decay=0.5),
    WarmRestartsSettings(period=4),
]


class Kept(Logger):
    """Keeps all rows, as a file would."""

    name = "kept"
    version = 0

    def __init__(self):
        super().__init__()
        self.rows = []

    def log_metrics(self, metrics, step=None):
        self.rows.append((step, metrics))

    def log_hyperparams(self, *_, **__):
        pass


def trained(fit, schedule, folder, checkpoint=None):
    """Rates and rows of a run of 40 steps, evaluated every fifth, and a hash of its weights."""
    settings = parity_settings().model_copy(
        update={"schedule": schedule, "evaluation": EvaluationSettings(every=5)}
    )
    rates, rows = Rates(), Kept()
    module = Watched(settings, rates)
    keeping = DurableCheckpoint(folder, every=20, kept=2)
    fit(module, keeping, max_steps=40, checkpoint=checkpoint, logger=rows)
    weights = b"".join(p.detach().numpy().tobytes() for p in module.parameters())
    return rates.seen, rows.rows, hashlib.sha1(weights).hexdigest()


@pytest.mark.parametrize("schedule", EACH, ids=lambda schedule: schedule.name)
def test_every_schedule_resumes_exactly(fit, tmp_path, schedule):
    rates, rows, weights = trained(fit, schedule, tmp_path / "whole")
    middle = tmp_path / "whole" / file_name(20)
    again = trained(fit, schedule, tmp_path / "again", checkpoint=middle)
    assert again[0] == rates[20:]
    later = [row for row in rows if row[0] > 20]
    # Rows are averages over steps since the last one, so those of a chunk come in order only.
    assert [row for row in again[1] if row[0] > 20] == later
    assert again[2] == weights


def test_every_name_is_resumed_above():
    assert {schedule.name for schedule in EACH} == set(Value(ScheduleSettings).named())


def test_a_plateau_lowers_the_rate_after_its_evaluation(fit):
    """The metric can't be better by a whole loss: reductions follow at every other evaluation."""
    schedule = PlateauSettings(patience=1, threshold=10.0, threshold_mode="absolute", gamma=0.5)
    settings = parity_settings().model_copy(
        update={"schedule": schedule, "evaluation": EvaluationSettings(every=5)}
    )
    rates = Rates()
    fit(Watched(settings, rates), max_steps=40)
    # Evaluations at 5 (the first is the best), 10 and 15 (two that are not better), 20 and 25, ...
    seen = [rate for (rate,) in rates.seen]
    assert seen == [0.01] * 15 + [0.005] * 10 + [0.0025] * 10 + [0.00125] * 5


def test_a_plateau_after_a_warmup_does_not_see_the_warmup(fit):
    """It would lower the rate before there is one; here it would by half at every evaluation."""
    plateau = PlateauSettings(patience=0, threshold=10.0, threshold_mode="absolute", gamma=0.5)
    schedule = LinearWarmupSettings(steps=20, then=plateau)
    settings = parity_settings().model_copy(
        update={"schedule": schedule, "evaluation": EvaluationSettings(every=5)}
    )
    rates = Rates()
    fit(Watched(settings, rates), max_steps=40)
    # The first evaluation that it sees, at 25, is the best; those at 30 and 35 are not better.
    seen = [rate for (rate,) in rates.seen]
    warmup = [0.01 * t / 20 for t in range(20)]
    assert seen == pytest.approx(warmup + [0.01] * 10 + [0.005] * 5 + [0.0025] * 5)


def test_a_plateau_of_an_unknown_metric_says_which_there_are(fit):
    schedule = PlateauSettings(metric="validation/los")
    with pytest.raises(SettingsError, match=r"schedule\.metric is validation/los, expected .*loss"):
        fit(Ordinary(), LearningRateSchedule(schedule), max_steps=20)
