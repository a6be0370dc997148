"""Verdicts and figures from made-up curves: what holds, what fails, what was not measured."""

import math

import pytest

from experiments.double_descent_features.claims import CLAIMS
from experiments.double_descent_features.configurations import FEATURE_VARIANTS, SAMPLE_VARIANTS
from experiments.double_descent_features.evidence import figures, verdicts
from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.evidence.style import read_caption
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record

ALL = (*FEATURE_VARIANTS, *SAMPLE_VARIANTS)


def settings_of(variant, **changes):
    kind, _, noise = variant.partition("-")
    plain = {
        "data": {
            "train_examples": None if kind == "samples" else 1000,
            "label_noise": 0.15 if noise else 0.0,
            "standardise": False,
        },
        "sweep": "samples" if kind == "samples" else "features",
        "features": "relu" if kind == "relu" else "fourier",
        "sigma": 1.5,
    }
    if kind == "samples":
        plain["ratios"] = [0.25, 0.5, 0.75, 1.0, 1.25, 2.0, 3.0]
    for key, value in changes.items():
        if key in ("ratios", "sigma", "feature_count"):
            plain[key] = value
        else:
            plain["data"][key] = value
    return DoubleDescentFeaturesSettings.model_validate(plain)


def row_of(variant, settings, count):
    """A double descent that makes every claim hold."""
    ratio = count / settings.unit
    height = 0.9 if variant.endswith("noise") else 0.3
    peak = math.exp(-abs(math.log(ratio)) / 0.4)
    is_samples = variant.startswith("samples")
    is_fitted = ratio <= 1 if is_samples else ratio >= 1
    floor = 0.02 if ratio > 1 else 0.06
    return {
        "features": settings.feature_count if is_samples else count,
        "examples": count if is_samples else settings.unit,
        "live": settings.feature_count if is_samples else count,
        "test/error": floor + height * peak,
        "train/error": 0.0 if is_fitted else 0.05,
        "test/loss": 10 * peak + 0.1,
        "train/loss": 1e-20 if is_fitted else 0.1,
        "norm": 100 * peak + 1,
        "way": 0,
        "lost": 0.0,
    }


def record_of(folder, variants=ALL, changes=None, state="done", without_last=False, **settings):
    """A record of two seeds.

    Args:
        changes: by (variant, ratio), what is different in the row of seed 1.
        without_last: leaves the last point of seed 1 out.
        settings: what is different in the settings of every variant.
    """
    typed = {name: settings_of(name, **settings) for name in variants}
    plan = Plan(
        experiment="double_descent_features",
        variants={
            name: VariantPlan(label=name, settings=each.model_dump(mode="json"))
            for name, each in typed.items()
        },
        runs={name: [0, 1] for name in variants},
        workers=1,
    )
    record = Record.create(folder / "record", plan, {})
    for run in record.runs():
        counts = typed[run.variant].counts
        for index, count in enumerate(counts):
            if without_last and run.seed == 1 and index == len(counts) - 1:
                continue
            row = row_of(run.variant, typed[run.variant], count)
            ratio = count / typed[run.variant].unit
            row |= (changes or {}).get((run.variant, ratio), {}) if run.seed == 1 else {}
            run.append(index, row)
        run.write_status(Status(state))
    return record


def by_id(record):
    return {verdict.id: verdict for verdict in verdicts(record)}


def test_all_hold(tmp_path):
    found = by_id(record_of(tmp_path))
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(found, "holds")
    assert len(found) == len(CLAIMS) == 11
    assert found["D3"].per_seed == {f"{name}/{s}": 1 for name in FEATURE_VARIANTS for s in (0, 1)}
    assert set(found["D7"].per_seed) == {
        f"{name}/{s}" for name in ("fourier-noise", "relu-noise") for s in (0, 1)
    }


@pytest.mark.parametrize(
    ("where", "change", "failing", "measured"),
    [
        (("fourier", 1.25), {"test/error": 0.95}, ["D3"], 1.25),
        (("relu-noise", 0.75), {"test/error": 0.99}, ["D3"], 0.75),
        (("relu", 1.25), {"test/loss": 1e9}, ["D3b"], 1.25),
        (("fourier", 20.0), {"test/error": 0.2}, ["D4"], None),
        (("relu-noise", 20.0), {"test/error": 0.5}, ["D4b"], None),
        (("relu", 1.0), {"train/loss": 1e-3}, ["D5", "D5b"], 1e-3),
        (("relu", 1.0), {"train/loss": 1e-3, "live": 980}, ["D5"], 1e-3),
        (("relu", 0.5), {"live": 1001}, ["D5b"], 1),
        (("fourier-noise", 2.0), {"norm": 1e6}, ["D6"], 2.0),
        (("fourier-noise", 2.0), {"test/error": 0.16}, ["D7"], None),
        (("samples", 1.25), {"test/error": 0.99}, ["S1"], 1.25),
        (("samples", 1.0), {"test/error": 0.1}, ["S2"], None),
        (("samples-noise", 1.25), {"test/error": 0.02}, ["S3"], None),
    ],
)
def test_one_seed_is_enough_to_fail(tmp_path, where, change, failing, measured):
    found = by_id(record_of(tmp_path, changes={where: change}))
    assert [name for name, each in found.items() if each.verdict == "fails"] == failing
    if measured is not None:
        assert found[failing[0]].measured == pytest.approx(measured)


@pytest.mark.parametrize("ratio", [0.9, 1.1])
def test_ten_percent_off_is_near_enough(tmp_path, ratio):
    change = {"test/error": 0.999, "test/loss": 1e9, "norm": 1e9}
    record = record_of(tmp_path, ("fourier", *FEATURE_VARIANTS[1:]), {("fourier", ratio): change})
    found = by_id(record)
    assert {found[name].verdict for name in ("D3", "D3b", "D6")} == {"holds"}
    assert {found[name].measured for name in ("D3", "D3b", "D6")} == {ratio}


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"name": "cifar10"}, "fourier has data.name cifar10, the claims are about digits, mnist"),
        ({"sigma": 1.0}, "fourier has sigma 1.0, the claim is about 1.5"),
        ({"standardise": True}, "fourier has data.standardise True, the claim is about False"),
        ({"noisy_labels": "any"}, "fourier has data.noisy_labels any"),
        ({"train_examples": 500}, "fourier has data.train_examples 500, the claim needs at least"),
        ({"ratios": [0.25, 0.5, 0.75, 1.0, 2.0]}, "fourier has no ratio 20"),
        ({"ratios": [0.25, 0.5, 1.0, 2.0, 20.0]}, "fourier has no ratio 0.75"),
    ],
)
def test_other_settings_decide_nothing(tmp_path, settings, note):
    found = by_id(record_of(tmp_path, FEATURE_VARIANTS, **settings))
    assert {each.verdict for each in found.values()} == {"not measured"}
    assert found["D3"].note.startswith(note)


def test_mnist_has_a_width_of_its_own(tmp_path):
    found = by_id(record_of(tmp_path, FEATURE_VARIANTS, name="mnist", sigma=5.0))
    assert found["D3"].verdict == "holds"
    assert found["S1"].note == "the record has no runs of samples"


def test_unfinished_runs_decide_nothing(tmp_path):
    stopped = by_id(record_of(tmp_path, state="interrupted"))
    assert stopped["D3"].note == "fourier/0 is interrupted"
    missing = by_id(record_of(tmp_path / "other", without_last=True))
    assert missing["D3"].note == "fourier/1 is not whole"
    assert {each.verdict for each in (*stopped.values(), *missing.values())} == {"not measured"}


def test_figures_show_error_in_percent_and_the_threshold(tmp_path):
    drawn = figures(record_of(tmp_path))
    assert list(drawn) == ["double_descent_features", "behind_the_peak", "samples"]
    panels = drawn["double_descent_features"].axes
    assert [axes.get_title(loc="left") for axes in panels] == ["Fourier features", "ReLU features"]
    heights = [line.get_ydata().max() for line in panels[0].lines if len(line.get_ydata()) > 2]
    assert max(heights) == pytest.approx(96)
    assert {"clean\nlabels", "15 % wrong\nlabels"} < {text.get_text() for text in panels[0].texts}
    assert "N = n" in [text.get_text() for text in panels[1].texts]
    assert len(drawn["behind_the_peak"].axes) == 3
    assert "n = N" in [text.get_text() for text in drawn["samples"].axes[0].texts]
    assert "1,000 training images of the digits" in read_caption(drawn["behind_the_peak"])[1]


def test_the_caption_says_what_moves_the_peak(tmp_path):
    plain = read_caption(figures(record_of(tmp_path / "a", ["relu"]))["double_descent_features"])
    assert "do not count" not in plain[1]
    changes = {("relu", 1.0): {"live": 970}}
    record = record_of(tmp_path / "b", ["relu"], changes)
    moved = read_caption(figures(record)["double_descent_features"])
    assert "Up to 3% of the ReLU features are zero on all training images" in moved[1]


def test_figures_of_a_part(tmp_path):
    record = record_of(tmp_path, SAMPLE_VARIANTS)
    assert list(figures(record)) == ["double_descent_features"]
    unfinished = record_of(tmp_path / "other", ["fourier"], without_last=True)
    [first, _] = unfinished.runs()
    first.keep_until(3)
    assert figures(unfinished) == {}
