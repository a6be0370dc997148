import pytest
from pydantic import ValidationError

from research.records.errors import RecordError
from research.records.plan import Plan, VariantPlan, dump_plan, read_plan

SETTINGS = {
    "optimizer": {"name": "adamw", "lr": 1e-3, "eps": 1e-8, "betas": [0.9, 0.98], "big": 1e20},
    "words": {
        "a": "no",
        "b": "1e3",
        "c": "0x1F",
        "d": "12:30",
        "e": "x/y",
        "f": "null",
        "g": "é\n",
    },
    "flags": {"yes": True, "none": None, "count": 3, "whole": 1.0},
}


def make(**changes):
    plain = {
        "experiment": "grokking",
        "overrides": {"optimizer.lr": 1e-8, "name": "on"},
        "variants": {"small-wd0.3": VariantPlan(label="small: model", settings=SETTINGS)},
        "runs": {"small-wd0.3": [0, 3]},
    }
    return Plan(**{**plain, **changes})


def test_comes_back_as_written_types_included(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_bytes(dump_plan(make()))
    plan = read_plan(path)
    assert plan == make()
    assert type(plan.variants["small-wd0.3"].settings["flags"]["whole"]) is float
    assert type(plan.variants["small-wd0.3"].settings["optimizer"]["eps"]) is float


def test_settings_keep_their_order(tmp_path):
    assert list(SETTINGS["words"]) == sorted(SETTINGS["words"])
    text = dump_plan(make(overrides={"z": 1, "a": 2})).decode()
    assert text.index("z: 1") < text.index("a: 2")


def test_runs_are_pairs_in_order():
    assert make().pairs() == [("small-wd0.3", 0), ("small-wd0.3", 3)]


@pytest.mark.parametrize(
    "runs", [{"other": [0]}, {"small-wd0.3": [1, 1]}, {"small-wd0.3": [-1]}, {"small-wd0.3": ["0"]}]
)
def test_runs_that_can_not_be_are_refused(runs):
    with pytest.raises(ValidationError):
        make(runs=runs)


@pytest.mark.parametrize("name", ["..", "a/b", "", "a\\b"])
def test_a_variant_can_not_lead_out_of_the_record(name):
    with pytest.raises(ValidationError):
        make(variants={name: VariantPlan(label="", settings={})}, runs={name: [0]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", r"settings\.yaml:1: "),
        ("a: 1\na: 2\n", r"settings\.yaml:2: .*duplicate"),
        ("experiment: !!python/object/apply:os.system [id]\n", r"settings\.yaml:1: "),
        ("experiment: x\n", r"settings\.yaml: variants: Field required"),
        ("\x00", r"settings\.yaml"),
        ("", r"settings\.yaml: the file: "),
    ],
)
def test_a_damaged_plan_is_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(RecordError, match=message) as error:
        read_plan(path)
    assert "\n" not in str(error.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(RecordError, match="no YAML"):
        read_plan(path)
