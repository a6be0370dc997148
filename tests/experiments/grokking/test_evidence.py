import io

import pytest

from experiments.grokking import evidence
from experiments.grokking.accuracy_figure import median_run
from experiments.grokking.delays import read_delays
from research.evidence.build import build_evidence
from research.records.status import Status
from tests.research.evidence.synthetic import QUICK, VARIANTS, make_record, write_run


def texts(figure):
    return {text.get_text() for axes in figure.axes for text in [*axes.texts, axes.title]} | {
        axes.get_title(loc="left") for axes in figure.axes
    }


def fails_at(record, variant, seed, step, state="diverged"):
    store = record.run(variant, seed)
    store.keep_until(step)
    store.write_status(Status(state, step, 12_000, f"{state} at step {step}"))


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("quick") / "record")


@pytest.fixture(scope="module")
def figures(quick):
    return evidence.figures(quick)


def test_the_verdicts_of_quick(quick):
    verdicts = {verdict.id: verdict for verdict in evidence.verdicts(quick)}
    assert {name: verdict.verdict for name, verdict in verdicts.items()} == {
        "G1": "holds",
        "G2": "holds",
        "G3": "holds",
        "G4": "holds",
        "G5": "not measured",
        "G6": "holds",
        "G7": "not measured",
        "G8": "not measured",
        "G9": "holds",
    }
    assert verdicts["G1"].measured == 28.5
    assert verdicts["G1"].seeds == [0, 1, 2, 3]
    assert verdicts["G1"].per_seed["small-wd1/1"] == 66.5
    assert verdicts["G4"].measured == pytest.approx(4100 / 1450)
    assert verdicts["G9"].per_seed == {
        "lecture-wd0.3/0": pytest.approx(4350 / 210),
        "lecture-wd0.3/1": pytest.approx(5000 / 210),
    }


def test_one_panel_per_variant_with_the_median_seeds_delay(quick, figures):
    panels = figures["grokking"].axes
    assert len(panels) == 4
    assert [panel.get_title(loc="left") for panel in panels] == [
        VARIANTS[name][0] for name in QUICK
    ]
    words = {text.get_text() for text in panels[2].texts}
    assert {"training", "validation", "39× later", "100", "3,900"} <= words
    bold = [line for line in panels[2].lines if line.get_linewidth() > 3]
    thin = [line for line in panels[2].lines if line.get_linewidth() < 1.4]
    assert (len(bold), len(thin)) == (2, 6)


def test_the_figure_draws_the_numbers_of_the_record(quick, figures):
    panel = figures["grokking"].axes[2]
    bold = [line for line in panel.lines if line.get_linewidth() > 3]
    for line, name in zip(bold, ("train/accuracy", "validation/accuracy"), strict=True):
        steps, values = quick.run("small-wd1", 0).column(name)
        assert line.get_xdata().tolist() == steps.tolist()
        assert line.get_ydata().tolist() == (100 * values).tolist()


def test_the_median_run_is_one_of_the_runs_and_unreached_ones_come_last(quick):
    small = [delay for delay in read_delays(quick) if delay.variant == "small-wd1"]
    assert median_run(small).validation == 3900
    assert median_run(small[:1]).validation == 3900
    assert median_run([small[0], small[1], small[2]]).validation == 3900


def test_diagnostics_name_every_variant_and_the_loss_of_guessing(figures):
    losses, logits, norms, spectrum = figures["diagnostics"].axes
    assert {text.get_text() for text in losses.texts} == {*QUICK, "ln 59", "ln 97"}
    assert set(QUICK) < {text.get_text() for text in logits.texts}
    assert "saturated softmax rows: at most 0.4 %" in {text.get_text() for text in logits.texts}
    words = {text.get_text() for text in norms.texts}
    assert {"embedding", "attention", "feed-forward", "output", "memorised", "generalised"} == words
    assert len(spectrum.patches) == 2 * 48


def test_diverged_runs_are_shown_as_such(tmp_path):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=2)
    fails_at(record, "small-wd3", 0, 700)
    figures = evidence.figures(record)
    assert "diverged" in texts(figures["grokking"])
    (cross,) = [line for line in figures["grokking"].axes[0].lines if line.get_marker() == "x"]
    assert cross.get_xdata()[0] == 700
    assert "diverged, not reached" in texts(figures["seeds"])


@pytest.mark.parametrize(
    ("state", "has_rows"),
    [
        ("running", True),
        ("failed", True),
        ("interrupted", True),
        ("diverged", True),
        ("waiting", False),
        ("diverged", False),
    ],
)
def test_a_record_in_any_state_has_figures_and_a_report(tmp_path, state, has_rows):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1)
    fails_at(record, "small-wd3", 0, 60, state)
    if not has_rows:
        record.run("small-wd3", 0).metrics_file.unlink()
        record.run("small-wd3", 0).write_status(Status(state))
    verdicts = build_evidence(record, evidence)
    assert {verdict.verdict for verdict in verdicts} == {"not measured"}
    assert state in record.report.read_text()


def test_a_run_of_nothing_but_nan_has_figures(tmp_path):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1)
    store = record.run("small-wd3", 0)
    names = [name for name in store.metrics()[0] if name != "step"]
    store.metrics_file.unlink()
    store.append(10, dict.fromkeys(names, float("nan")))
    store.write_status(Status("diverged", 10, 12_000))
    build_evidence(record, evidence)


def test_six_variants_and_a_long_label_have_room(tmp_path):
    record = make_record(tmp_path / "r", tuple(VARIANTS), seeds=1)
    figure = evidence.figures(record)["grokking"]
    figure.savefig(io.BytesIO(), format="png", dpi=50)
    boxes = [axes.get_tightbbox().extents for axes in figure.axes]
    for index, (left, bottom, right, top) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            is_apart = (
                right <= other[0] or other[2] <= left or top <= other[1] or other[3] <= bottom
            )
            assert is_apart


def test_no_overlap_of_texts_within_a_panel(figures):
    figure = figures["grokking"]
    figure.savefig(io.BytesIO(), format="png", dpi=50)
    for axes in figure.axes:
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
        for index, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[index + 1 :])


@pytest.mark.parametrize("validation", [500, 900, 2000, 4000])
def test_the_ratio_stands_over_its_arrow_or_beside_it(tmp_path, validation):
    record = make_record(tmp_path / "r", ("small-wd1", "small-wd3"), seeds=1)
    store = record.run("small-wd3", 0)
    store.metrics_file.unlink()
    write_run(record, store, 300, validation)
    figure = evidence.figures(record)["grokking"]
    figure.savefig(io.BytesIO(), format="png", dpi=50)
    axes = figure.axes[1]
    (text,) = [text for text in axes.texts if text.get_text().endswith("later")]
    left, right = axes.transData.transform([(300, 0), (validation, 0)])[:, 0]
    box = text.get_window_extent()
    assert (left < box.x0 and box.x1 < right) or box.x0 > right


def test_the_drawings_of_twelve_runs_stay_small(quick):
    """What is drawn decides how long drawing takes, and how large the report is."""
    build_evidence(quick, evidence)
    sizes = {each.name: each.stat().st_size for each in quick.figures.glob("*.svg")}
    assert set(sizes) == {"grokking.svg", "diagnostics.svg", "seeds.svg"}
    assert max(sizes.values()) < 400_000


def test_a_late_grokker_is_drawn_to_its_end(tmp_path):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1)
    store = record.run("small-wd3", 0)
    store.metrics_file.unlink()
    write_run(record, store, 100, None)
    verdicts = {verdict.id: verdict for verdict in evidence.verdicts(record)}
    assert verdicts["G4"].verdict == "not measured"
    axes = evidence.figures(record)["grokking"].axes[0]
    assert axes.get_xlim()[1] > 12_000
    assert not any("later" in text.get_text() for text in axes.texts)
