"""Verdicts and figures from made-up curves: what holds, what fails, what was not measured."""

import math

import pytest

from experiments.double_descent_features.claims import CLAIMS
from experiments.double_descent_features.configurations import FEATURE_VARIANTS, SAMPLE_VARIANTS
from experiments.double_descent_features.evidence import figures, verdicts
from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.evidence.style import read_caption
from research.records.errors import RecordError
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
        if key in ("ratios", "sigma", "feature_count", "features"):
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


def record_of(
    folder, variants=ALL, changes=None, state="done", without_last=False, own=None, **settings
):
    """A record of two seeds.

    Args:
        own: by variant, what is different in its settings alone.
        changes: by (variant, ratio), what is different in the row of seed 1.
        without_last: leaves the last point of seed 1 out.
        settings: what is different in the settings of every variant.
    """
    typed = {name: settings_of(name, **settings, **(own or {}).get(name, {})) for name in variants}
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


@pytest.mark.parametrize("sigma", [5.0, None])
def test_mnist_has_a_width_of_its_own(tmp_path, sigma):
    found = by_id(record_of(tmp_path, FEATURE_VARIANTS, name="mnist", sigma=sigma))
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
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["Fourier features, σ = 1.5", "ReLU features"]
    heights = [line.get_ydata().max() for line in panels[0].lines if len(line.get_ydata()) > 2]
    assert max(heights) == pytest.approx(96)
    assert {"clean\nlabels", "15 % wrong\nlabels"} < {text.get_text() for text in panels[0].texts}
    assert "N = n" in [text.get_text() for text in panels[1].texts]
    assert len(drawn["behind_the_peak"].axes) == 3
    assert "n = N" in [text.get_text() for text in drawn["samples"].axes[0].texts]
    heads = [figure.get_suptitle() for figure in drawn.values()]
    assert heads[:2] == ["digits, n = 1,000"] * 2
    assert heads[2] == "digits, N = 400 Fourier features, σ = 1.5"


def names_of(axes):
    return [text.get_text() for text in axes.texts]


def test_names_are_those_of_the_settings(tmp_path):
    """Two variants that a flag made the same are one line, named by what ran."""
    record = record_of(tmp_path, ("fourier", "fourier-noise"), label_noise=0.4, name="mnist")
    drawn = figures(record)
    [axes] = drawn["double_descent_features"].axes
    assert names_of(axes) == ["40 % wrong\nlabels", "N = n"]
    assert drawn["double_descent_features"].get_suptitle() == "MNIST, n = 1,000"
    assert "Fourier,\n40 % wrong\nlabels" in names_of(drawn["behind_the_peak"].axes[2])


def test_a_panel_is_named_by_its_features(tmp_path):
    record = record_of(tmp_path, ("relu", "relu-noise"), features="fourier")
    [axes] = figures(record)["double_descent_features"].axes
    assert axes.get_title(loc="left") == "Fourier features, σ = 1.5"
    assert names_of(axes) == ["clean\nlabels", "15 % wrong\nlabels", "N = n"]


def test_lines_of_the_same_kind_have_the_labels_of_their_variants(tmp_path):
    own = {"relu": {"sigma": 3.0}}
    record = record_of(tmp_path, ("fourier", "relu"), own=own, features="fourier")
    [axes] = figures(record)["double_descent_features"].axes
    assert names_of(axes) == ["fourier", "relu", "N = n"]
    colours = {line.get_color() for line in axes.lines if line.get_label() in ("fourier", "relu")}
    assert len(colours) == 2
    assert axes.get_title(loc="left") == "Fourier features, σ = 1.5; Fourier features, σ = 3"


def test_random_labels_are_not_called_wrong(tmp_path):
    record = record_of(tmp_path, ["fourier-noise"], noisy_labels="any")
    [axes] = figures(record)["double_descent_features"].axes
    assert names_of(axes)[0] == "15 % random\nlabels"


def test_the_caption_says_only_what_is_drawn(tmp_path):
    holds = figures(record_of(tmp_path / "a", ["fourier", "samples"]))
    text = read_caption(holds["double_descent_features"])[1]
    assert text.endswith("The error peaks where N = n. Beyond the peak it falls again.")
    text = read_caption(holds["behind_the_peak"])[1]
    assert "loss peaks where N = n. The norm peaks where N = n. The labels are fitted" in text
    assert "At N = n just one set of weights fits them" in text
    assert read_caption(holds["samples"])[1].endswith("Left of the line every label is fitted.")
    assert holds["samples"].axes[0].get_title(loc="left") == "More images can hurt"

    flat = {"test/error": 0.9, "test/loss": 1.0, "norm": 5.0, "train/loss": 0.1}
    changes = {
        (name, count / settings_of(name).unit): flat
        for name in ("fourier", "samples")
        for count in settings_of(name).counts
    }
    hill = flat | {"test/error": 0.92, "test/loss": 1.5, "norm": 7.0}  # too low for a peak
    changes |= {(name, 1.0): hill for name in ("fourier", "samples")}
    record = record_of(tmp_path / "b", ["fourier", "samples"], changes)
    for run in record.runs():  # only seed 1 is flat in this record
        if run.seed == 0:
            run.keep_until(0)
    drawn = figures(record)
    text = read_caption(drawn["double_descent_features"])[1]
    assert text.endswith("The error does not peak where N = n.")
    text = read_caption(drawn["behind_the_peak"])[1]
    assert "loss does not peak" in text and "norm does not peak" in text
    assert text.endswith("The labels are not fitted exactly from N = n on.")
    text = read_caption(drawn["samples"])[1]
    assert text.endswith("The error does not peak where n = N.")
    assert drawn["samples"].axes[0].get_title(loc="left") == "Error over the number of images"


def test_the_caption_names_those_that_do_and_those_that_do_not(tmp_path):
    changes = {("relu", 1.0): {"train/loss": 1e-3}}
    text = read_caption(
        figures(record_of(tmp_path, ["fourier", "relu"], changes))["behind_the_peak"]
    )[1]
    assert "from N = n on (Fourier, clean labels; not ReLU, clean labels)." in text
    assert "Where they are, at N = n just one set of weights" in text


def test_rounding_is_cut_off(tmp_path):
    axes = figures(record_of(tmp_path / "a", ["fourier"]))["behind_the_peak"].axes[1]
    assert axes.get_ylim()[0] == 1e-12
    assert "below:\nrounding" in names_of(axes)
    changes = {("fourier", 1.0): {"train/loss": 1e-3}}
    settings = {"ratios": [0.25, 0.5, 1.0]}
    for ratio in (1.0, 1.05, 1.1):
        changes["fourier", ratio] = {"train/loss": 1e-3}
    record = record_of(tmp_path / "b", ["fourier"], changes, **settings)
    record.runs()[0].keep_until(0)
    axes = figures(record)["behind_the_peak"].axes[1]
    assert axes.get_ylim()[0] > 1e-4
    assert "below:\nrounding" not in names_of(axes)


def test_measured_points_have_markers_and_the_legend_no_curve_behind_it(tmp_path):
    figure = figures(record_of(tmp_path, ["fourier"]))["double_descent_features"]
    bold = [line for line in figure.axes[0].lines if line.get_label() == "clean\nlabels"]
    assert [line.get_marker() for line in bold] == ["o"]
    assert figure.axes[0].get_legend() is None
    figure.canvas.draw()
    [legend] = figure.legends
    panel = figure.axes[0].get_window_extent()
    assert legend.get_window_extent().y1 < panel.y0


def test_settings_of_an_earlier_version_are_refused_in_one_line(tmp_path):
    record = record_of(tmp_path, ["fourier"], ratios=[0.25, 1.0, 4.0])
    path = record.folder / "settings.yaml"
    path.write_text(path.read_text().replace("- 0.25", "- 40.0"))
    with pytest.raises(RecordError, match=r"fourier can't be drawn: ratios is \[40.0, 1.0"):
        figures(Record.open(record.folder))


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
