"""How much of the gap a weighting closes: the boundary, and what decides nothing."""

import math

import numpy
import pytest

from experiments.heavy_tails_text import evidence
from experiments.heavy_tails_text.methods import by_weighting
from experiments.heavy_tails_text.module import HeavyTailsText
from experiments.heavy_tails_text.readings import read_runs, trials_of
from research.settings.reweighting import POWERS
from tests.experiments.heavy_tails_text.conftest import WEIGHTED
from tests.experiments.heavy_tails_text.synthetic import command_of, judge, readings_of


def with_gaps(plain=0.4, **by_method):
    """All groups alike: Adam at 3, SGD above it by a gap of each weighting, and of each seed."""

    def groups(method, seed, early):
        optimizer, _, weighting = method.partition("-")
        gap = by_method.get(weighting, plain) if optimizer == "sgdm" else 0.0
        return numpy.full(4, 3.0 + (gap[seed] if isinstance(gap, list) else gap))

    return groups


@pytest.mark.parametrize(
    ("gaps", "verdict", "share"),
    [
        ({"inverse": 0.1999}, "holds", 0.50025),
        ({"inverse": 0.2001}, "fails", 0.49975),
        ({"inverse": [0.0, 0.3, 0.0]}, "fails", 0.25),
        ({"inverse": -0.1}, "holds", 1.25),
        ({"plain": 0.0, "inverse": 0.1}, "fails", None),  # no gap that could be closed
    ],
)
def test_the_share_that_is_closed(gaps, verdict, share):
    found = judge("C6a", readings_of(with_gaps(**gaps), "reweighted"))
    assert found.verdict == verdict
    assert found.measured == (share if share is None else pytest.approx(share))
    assert set(found.per_seed) == {f"sgdm-inverse-lr0.3/{seed}" for seed in range(3)}


def test_each_weighting_has_its_own_claim():
    readings = readings_of(with_gaps(inverse=0.1, inverse_sqrt=0.3), "reweighted")
    assert [judge(name, readings).verdict for name in ("C6a", "C6b")] == ["holds", "fails"]


def test_weighted_methods_are_no_plain_ones():
    """Where weighted Adam ends lower than plain Adam, the plain claim is about the plain one."""
    readings = readings_of(with_gaps(plain=0.4, inverse=0.1), "reweighted")
    found = judge("C4a", readings)
    assert found.measured == pytest.approx(0.4)
    assert set(found.per_seed) == {f"adam-lr0.003/{seed}" for seed in range(3)}


def test_a_record_without_weights_decides_nothing():
    assert judge("C6a", readings_of()).note == "the record has no runs of sgdm-inverse"


@pytest.mark.parametrize(
    ("key", "value"), [("optimizer.weight_decay", 0.1), ("model.width", 128), ("batch_size", 64)]
)
def test_other_settings_decide_nothing(key, value):
    found = judge("C6a", readings_of(preset="reweighted", overrides={key: value}))
    assert found.verdict == "not measured" and f"has {key} {value}" in found.note


def test_trials_by_weighting_have_their_optimizers_names():
    panels = by_weighting(trials_of(readings_of(preset="reweighted")))
    assert len(panels) == len(POWERS)
    for trials in panels.values():
        assert {trial.method for trial in trials} == {"sgdm", "adam"} and len(trials) == 18


def test_a_record_with_weights(make_record):
    """Weighted methods are chosen by the loss that they minimise; figures of groups leave them."""
    record = make_record(with_gaps(inverse=0.1, inverse_sqrt=0.3), preset="reweighted")
    figures = evidence.figures(record)
    titles = [axes.get_title(loc="left") for axes in figures["learning_rates"].axes]
    words = ["all tokens alike", "tokens weighted by 1/√p", "tokens weighted by 1/p"]
    assert titles == words
    panels = [axes.get_title(loc="left") for axes in figures["heavy_tails_text"].axes[:-1]]
    assert panels == ["SGD, momentum\nlr 0.1", "Adam\nlr 0.003"]
    losses = {each.trial.run: each.trial.loss for each in read_runs(record)}
    assert losses["adam-lr0.003/0"] == pytest.approx(3)
    assert losses["adam-inverse-lr0.001/0"] == pytest.approx(3 + WEIGHTED)


@pytest.mark.parametrize("weighting", ["none", "inverse"])
def test_the_loss_that_is_minimised_is_evaluated_where_it_is_another(weighting):
    """Through the real text: weights have a mean of 1 over the tokens that are trained on."""
    overrides = (("reweighting", weighting),)
    settings = command_of("smoke", overrides).variants["adam-lr0.003"].settings
    module = HeavyTailsText(settings)
    split = module.task.splits["train"]
    outputs = module.task.outputs(module.model, split).detach()
    averaged, _ = module.extra_statistics(outputs, split)
    assert set(averaged) == (set() if weighting == "none" else {"weighted_loss"})
    assert settings.added_metrics() == (() if weighting == "none" else ("*/weighted_loss",))
    if weighting == "inverse":
        plain = module.task.losses_of(outputs, split)
        assert (averaged["weighted_loss"] - plain).abs().mean() > 1
        uniform = module.task.losses_by_label(outputs * 0, split)
        mean = module.task.minimised(uniform, split).mean().item()
        assert mean == pytest.approx(math.log(outputs.shape[-1]), rel=1e-4)
