"""Claims and figures of a record, of a part of one, and of a bad one."""

import dataclasses
import subprocess
import sys

import numpy
import pytest

from experiments.finite_sum import evidence
from experiments.finite_sum.claims import CLAIMS
from experiments.finite_sum.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.finite_sum.readings import read
from experiments.finite_sum.settings import FiniteSumSettings
from research.evidence.build import build_evidence
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Claim
from research.evidence.style import read_caption
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

ALL = {
    "finite_sum",
    "bounds",
    "decreasing",
    "iterations",
    "momentum",
    "batches",
    "averages",
    "adagrad",
}


def test_every_claim_has_its_own_id_and_all_texts():
    assert len({each.claim.id for each in CLAIMS}) == len(CLAIMS)
    for each in CLAIMS:
        assert each.claim.text and each.claim.source and each.claim.threshold
        assert set(each.variants) <= set(NAMED_BY_CLAIMS)


def test_a_record_too_small_for_the_claims_decides_none_and_says_why(record):
    verdicts = {verdict.id: verdict for verdict in evidence.verdicts(record)}
    assert {verdict.verdict for verdict in verdicts.values()} == {"not measured"}
    assert "the claim needs at least" in verdicts["T1a"].note
    assert verdicts["T5"].note == "the record has no runs of batches"


def test_every_figure_is_drawn_with_a_caption(record):
    figures = evidence.figures(record)
    assert set(figures) == ALL
    assert next(iter(figures)) == "finite_sum"
    for figure in figures.values():
        assert all(read_caption(figure))


def test_the_figure_draws_the_floors_of_the_record(record):
    paths, ratios = evidence.figures(record)["finite_sum"].axes
    (level,) = record.run("logistic", 0).arrays("floors_level").values()
    drawn = {line.get_ydata()[-1] for line in paths.lines if len(line.get_ydata()) > 2}
    assert drawn == set(level[:2].tolist())  # a = 0.4 and 0.02
    known = read(record)[0]
    leading = ratios.lines[3].get_ydata()
    expected = level / numpy.array([0.4, 0.02, 0.01]) / known.optimum_variance * 4
    expected[1:] = numpy.nan  # so short a run has come to the floor of its largest step only
    numpy.testing.assert_allclose(leading, expected[::-1])


def test_a_record_with_nothing_in_it_has_a_report(tmp_path):
    settings = FiniteSumSettings(measure=("descent",)).model_dump(mode="json")
    plan = Plan(
        experiment="finite_sum",
        variants={"batches": VariantPlan(label="b", settings=settings)},
        runs={"batches": [0]},
        workers=1,
    )
    record = Record.create(tmp_path / "record", plan, {"command": ["descent"]})
    record.run("batches", 0).write_status(Status("failed", 0, 1, "no minimiser"))
    verdicts = {verdict.id: verdict for verdict in build_evidence(record, evidence)}
    assert verdicts["T5"].note == "batches/0 is failed"
    assert evidence.figures(record) == {}


def plan_of(variant, **changes):
    settings = {
        **FiniteSumSettings().model_dump(mode="json"),
        "batch_sizes": [2, 20, 50, 100],
        **changes,
    }
    return Plan(
        experiment="finite_sum",
        variants={variant: VariantPlan(label="b", settings=settings)},
        runs={variant: [0]},
        workers=1,
    )


def test_claims_are_about_certain_settings():
    assert wrong_settings(plan_of("logistic"), NAMED_BY_CLAIMS, AT_LEAST) == {}
    assert wrong_settings(plan_of("logistic", chains=1000), NAMED_BY_CLAIMS, AT_LEAST) == {}
    few = wrong_settings(plan_of("logistic", chains=99), NAMED_BY_CLAIMS, AT_LEAST)
    assert few == {"logistic": "logistic has chains 99, the claim needs at least 100"}
    other = wrong_settings(plan_of("logistic", batch_size=4), NAMED_BY_CLAIMS, AT_LEAST)
    assert other == {"logistic": "logistic has batch_size 4, the claim is about 2"}


def test_what_a_run_has_not_measured_decides_nothing(record):
    readings = [reading for reading in read(record) if reading.store.variant == "squares"]
    judged = next(each for each in CLAIMS if each.claim.id == "T4b")
    verdict = dataclasses.replace(judged, variants=("squares",)).judge(readings, {})
    assert verdict.verdict == "not measured"
    assert verdict.note == "squares/0 has not measured decreasing_steps"


@dataclasses.dataclass
class Stub:
    """A reading with one number."""

    number: float
    seed: int
    variant: str = "logistic"
    state: str = "done"

    @property
    def store(self):
        return self

    @property
    def name(self):
        return f"{self.variant}/{self.seed}"

    def status(self):
        return self


def claim(**limits):
    return dataclasses.replace(
        CLAIMS[0],
        claim=Claim("X", "text", "source", "threshold"),
        number=lambda reading: reading.number,
        **{"low": 0.97, "high": 1.05, **limits},
    )


@pytest.mark.parametrize(
    ("numbers", "verdict", "measured"),
    [
        ((1.0, 1.05), "holds", 1.05),
        ((1.0, 1.0501), "fails", 1.0501),
        ((0.97, 1.0), "holds", 0.97),
        ((0.9699, 1.06), "fails", 1.06),
        ((1.0, float("nan")), "fails", None),
        ((1.0, float("inf")), "fails", None),
    ],
)
def test_the_worst_seed_decides(numbers, verdict, measured):
    readings = [Stub(number, seed) for seed, number in enumerate(numbers)]
    judged = claim().judge(readings, {})
    assert (judged.verdict, judged.measured) == (verdict, measured)
    assert list(judged.per_seed) == ["logistic/0", "logistic/1"]


def test_what_is_missing_unfinished_or_otherwise_set_is_not_measured():
    assert claim().judge([], {}).note == "the record has no runs of logistic"
    running = claim().judge([Stub(1, 0), Stub(1, 1, state="running")], {})
    assert (running.verdict, running.note) == ("not measured", "logistic/1 is running")
    assert claim().judge([Stub(1, 0)], {"logistic": "other"}).note == "other"
    pair = claim(variants=("logistic", "squares"))
    judged = pair.judge([Stub(1, 0), Stub(1, 1, "squares")], {})
    assert judged.note == "no seed of logistic and squares in common"


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        (["--problem.mu", "0"], "problem.mu is 0.0, expected more than 0, because"),
        (["--problem.loss", "cubes"], '--problem.loss is "cubes", expected one of'),
        (["--batch_sizes", "[2, 200]"], "batch_sizes is 200, expected less than the 200 examples"),
        (["--chains", "1"], "--chains is 1, expected a whole number >= 2"),
        (["--step_sizes", "[0.1, -1]"], "step_sizes.1 is -1, expected a number > 0"),
    ],
)
def test_bad_settings_are_refused_in_one_line(flags, line):
    result = subprocess.run(
        [sys.executable, "-m", "experiments", "show", "finite_sum", *flags],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert line in result.stderr
    assert "Traceback" not in result.stderr
