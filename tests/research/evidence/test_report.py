import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from research.evidence.claims import Claim, write_verdicts
from research.evidence.report import compose, differing_settings
from research.evidence.style import slide
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan
from tests.research.evidence.synthetic import make_record

SECRET = "s3cr3t-0123456789abcdef"
NASTY = "<script>alert('x')</script>\"><img src=http://evil>"
CLAIM = Claim("G1", "Validation comes ten times later", "Power et al. (2022)", "≥ 10")


def with_evidence(record):
    record.figures.mkdir()
    figure = slide(4, 3)
    figure.subplots().plot([0, 1], [0, 1])
    metadata = {"Date": None, "Title": "A figure", "Description": "What it shows"}
    figure.savefig(record.figures / "grokking.svg", metadata=metadata)
    per_seed = {"small-wd3/0": 14.0, "small-wd3/1": None}
    write_verdicts(
        record.verdicts,
        [CLAIM.judge(14.0, True, per_seed), CLAIM.not_measured("small-wd1/3 is interrupted")],
    )
    return record


@pytest.fixture
def record(tmp_path):
    return with_evidence(make_record(tmp_path / "first", ("small-wd1", "small-wd3"), seeds=2))


class Page(HTMLParser):
    """Collects tags, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.words.append(" ".join(data.split()))

    @property
    def text(self):
        return " ".join(word for word in self.words if word)


def assert_loads_nothing(html):
    page = Page(html)
    assert not {"script", "iframe", "object", "embed", "audio", "video", "base"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in {"src", "srcset", "href", "action", "poster", "data"} and tag != "a":
            assert value.startswith(("#", "data:")), (tag, name, value)
    assert not re.search(r"url\((?!#)|@import", html)


def test_has_figure_claims_differences_runs_provenance_and_command(record):
    html = compose([record])
    page = Page(html)
    assert page.tags.count("svg") == 1
    for part in (
        "What it shows",
        "Validation comes ten times later",
        "Power et al. (2022)",
        "≥ 10",
        "holds",
        "not measured",
        "small-wd3, by seed: 0: 14, 1: –",
        "small-wd1/3 is interrupted",
        "optimizer.weight_decay",
        "descent run grokking --preset quick",
        "AMD EPYC",
        "torch 2.13.0",
        "commit 0123456789abcdef0123456789abcdef01234567, clean tree",
        "1 March 2026, 10:00 UTC",
        "5 min 12 s",
        "Of 2 claims, 1 holds , 0 fail , 1 was not measured.",
    ):
        assert part in page.text, part
    assert_loads_nothing(html)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (CLAIM.judge(14.0, True, {}), "Its one claim holds ."),
        (CLAIM.judge(1.0, False, {}), "Its one claim fails ."),
        (CLAIM.not_measured("no runs"), "Its one claim was not measured ."),
    ],
)
def test_one_claim_is_not_called_claims(record, verdict, said):
    write_verdicts(record.verdicts, [verdict])
    text = Page(compose([record])).text
    assert said in text
    assert "1 claims" not in text


def test_only_settings_that_differ_are_listed(record):
    rows = differing_settings(record.plan, ["small-wd1", "small-wd3"])
    assert [(row.key, row.values) for row in rows] == [("optimizer.weight_decay", ["1", "3"])]
    assert "model.width" not in compose([record])


def test_one_variant_has_no_table_of_differences(tmp_path):
    record = make_record(tmp_path / "r", ("small-wd3",), seeds=1)
    assert "What differs" not in compose([record])


def test_two_records_are_one_page_without_an_id_twice(record, tmp_path):
    other = with_evidence(make_record(tmp_path / "second", ("small-wd3",), seeds=2))
    html = compose([record, other])
    page = Page(html)
    assert page.tags.count("svg") == 2
    assert page.tags.count("html") == 1
    assert "first" in page.text
    assert "second" in page.text
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links == ["#r1", "#r2"]
    assert {link[1:] for link in links} <= set(ids)
    assert_loads_nothing(html)


def test_text_of_the_user_stays_text(tmp_path):
    plan = Plan(
        experiment=NASTY,
        folder=f"/home/{NASTY}",
        overrides={"a.b": NASTY},
        variants={
            "a": VariantPlan(label=NASTY, settings={"k": {NASTY: 1}}),
            "b": VariantPlan(label="b", settings={"k": {NASTY: NASTY}}),
        },
        runs={"a": [0], "b": [0]},
    )
    hardware = {"cpu": NASTY, "gpus": [NASTY]}
    data = [{"set": NASTY, "file": NASTY, "official": False}]
    versions = {NASTY: NASTY}
    provenance = {"command": [NASTY], "versions": versions, "hardware": hardware, "data": data}
    record = Record.create(tmp_path / "r", plan, provenance)
    record.note_warning(NASTY)
    claim = Claim(NASTY, NASTY, NASTY, NASTY)
    write_verdicts(
        record.verdicts, [claim.judge(1, True, {f"{NASTY.replace('/', '')}/0": 1}, NASTY)]
    )
    html = compose([record])
    assert_loads_nothing(html)
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") >= 10


def test_data_files_that_are_not_official_are_named(tmp_path):
    plan = Plan(
        experiment="x", variants={"a": VariantPlan(label="A", settings={})}, runs={"a": [0]}
    )
    files = [
        ("mnist", "/data/1", True),
        ("cifar10", "/data/2", True),
        ("cifar10", "/data/3", False),
    ]
    data = [dict(zip(("set", "file", "official"), file, strict=True)) for file in files]
    record = Record.create(tmp_path / "r", plan, {"data": data})
    assert "mnist: the official files; cifar10: 3 not as published" in compose([record])
    assert "2 not as published" not in compose([record])


def test_a_text_that_comes_in_no_official_file_has_its_versions_and_its_sum(tmp_path):
    plan = Plan(
        experiment="x", variants={"a": VariantPlan(label="A", settings={})}, runs={"a": [0]}
    )
    text = {
        "set": "python_docs",
        "file": "python_docs of numpy",
        "sha256": "0123456789abcdef",
        "official_sha256": "",
        "official": False,
        "versions": "python 3.11.7, numpy 2.4.6",
    }
    record = Record.create(tmp_path / "r", plan, {"data": [text]})
    shown = "python_docs of numpy (python 3.11.7, numpy 2.4.6), SHA-256 0123456789ab..."
    assert shown in compose([record])
    assert "not as published" not in compose([record])


def test_a_record_without_evidence_or_provenance_still_has_a_report(tmp_path):
    plan = Plan(
        experiment="x",
        overrides={"optimizer.lr": 0.1},
        variants={"a": VariantPlan(label="A", settings={})},
        runs={"a": [0]},
    )
    html = compose([Record.create(tmp_path / "r", plan, {})])
    assert "descent run x --preset quick --optimizer.lr 0.1" in html
    assert "waiting" in html


def test_warnings_are_shown(record):
    record.note_warning("W&B could not be reached")
    assert "W&amp;B could not be reached" in compose([record])


def test_a_secret_of_the_environment_is_not_in_the_report(record, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", SECRET)
    monkeypatch.setenv("HOME", f"/home/{SECRET}")
    assert SECRET not in compose([record])


def test_is_composed_without_matplotlib(record):
    code = (
        "import sys; from pathlib import Path\n"
        "from research.records.store import Record; from research.evidence.report import compose\n"
        "compose([Record.open(Path(sys.argv[1]))])\n"
        "print(sorted({'torch', 'matplotlib', 'numpy', 'polars'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(record.folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def titles(html):
    table = html.partition("<h2>Runs</h2>")[2].partition("</thead>")[0]
    return re.findall(r"<th [^>]*>([^<]*)</th>", table)


def test_accuracies_that_no_run_has_are_left_out(tmp_path):
    plan = Plan(
        experiment="x",
        variants={"a": VariantPlan(label="A", settings={})},
        runs={"a": [0, 1]},
    )
    record = Record.create(tmp_path / "r", plan, {})
    assert titles(compose([record])) == ["Variant", "Seed", "State", "Steps", "Time"]
    _, run = record.runs()
    run.write_status(Status("done", metrics={"validation/accuracy": 0.5}))
    html = compose([record])
    assert titles(html) == ["Variant", "Seed", "State", "Steps", "Validation accuracy", "Time"]
    rows = html.partition("<h2>Runs</h2>")[2].partition("</table>")[0].split("<tr>")[2:]
    assert [("50.0 %" in row, "–</td>" in row) for row in rows] == [(False, True), (True, False)]


def test_a_wide_table_can_be_scrolled_and_shows_it(record):
    html = compose([record])
    assert html.count("<table") == html.count('<div class="wide" tabindex="0"><table')
    style = html.partition(".wide {")[2].partition("}")[0]
    assert "overflow-x: auto" in style
    assert style.count(" local") == style.count(" scroll") == 2
