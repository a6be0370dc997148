"""From a file and flags to settings: what every refusal says."""

from typing import Literal, Self

import pytest
from pydantic import model_validator

from research.settings.base import Settings, refuse
from research.settings.document import parse_document
from research.settings.errors import SettingsError
from research.settings.resolve import resolve
from tests.research.settings.toy_experiment import TEXT, problem

FLAGS = [
    ({"optimizer__lr": "x"}, '--optimizer.lr is "x", expected a number > 0'),
    ({"optimizer__lr": -1}, "--optimizer.lr is -1, expected a number > 0"),
    (
        {"optimizer__lr": float("inf")},
        "--optimizer.lr is Infinity, expected a number > 0, and finite",
    ),
    ({"optimizer": {"lr": -1}}, "--optimizer: optimizer.lr is -1, expected a number > 0"),
    ({"optimizer__lrr": 1}, "unknown setting --optimizer.lrr; did you mean --optimizer.lr?"),
    ({"optimizer": {"lrr": 1}}, "unknown setting --optimizer.lrr; did you mean --optimizer.lr?"),
    (
        {"optimizer__momentum": 0.9},
        "--optimizer.momentum needs --optimizer.name sgd;"
        " adam has name, lr, weight_decay, betas, adam",
    ),
    (
        {"optimizer__name": "adamm"},
        '--optimizer.name is "adamm", expected one of sgd, adam; did you mean adam?',
    ),
    ({"optimizer__name": None}, "--optimizer.name is missing, expected one of sgd, adam"),
    ({"optimizer": 3}, "--optimizer is 3, expected a group of settings named sgd or adam"),
    (
        {"optimizer__betas": [1, "x"]},
        '--optimizer.betas: optimizer.betas.1 is "x", expected a number',
    ),
    ({"optimizer__betas": [0.9, 0.1]}, "--optimizer.betas is [0.9, 0.1], expected rising numbers"),
    ({"optimizer__adam": -1}, "--optimizer.adam is -1, expected a whole number >= 0"),
    ({"steps": 1e5}, "--steps is 100000.0, expected a whole number >= 1; write 100000"),
    ({"steps": 1.5}, "--steps is 1.5, expected a whole number >= 1"),
    ({"steps": "3"}, '--steps is "3", expected a whole number >= 1'),
    ({"steps": True}, "--steps is true, expected a whole number >= 1"),
    ({"steps": 0}, "--steps is 0, expected a whole number >= 1"),
    ({"batch": "None"}, '--batch is "None", expected a whole number >= 1, or null; write null'),
    ({"fast": 1}, "--fast is 1, expected true or false"),
    ({"norm": "Pre"}, '--norm is "Pre", expected one of pre, post, none; did you mean pre?'),
    ({"net__heads": 3}, "--net.heads is 3, expected a divisor of the width 16"),
    ({"net__width": 10}, "--net.width: net.heads is 4, expected a divisor of the width 10"),
    (
        {"fast": True, "net__width": 128},
        "--net.width is 128, expected at most 64, because fast is true",
    ),
    (
        {"limit__metric": 2026},
        """--limit.metric is 2026, expected text; write '"2026"'""",
    ),
    ({"limit__metric": True}, """--limit.metric is true, expected text; write '"true"'"""),
    ({"limit__hold": 3}, "--limit.hold: limit.metric is missing, expected text"),
    ({"lr": 1}, "unknown setting --lr; did you mean --optimizer.lr?"),
    (
        {"steps": 0, "net__heads": 3},
        "--net.heads is 3, expected a divisor of the width 16\n"
        "--steps is 0, expected a whole number >= 1",
    ),
    (
        {"steps": 0, "batch": 0, "fast": 1, "norm": "x", "optimizer__lr": 0, "net__width": 0},
        "--optimizer.lr is 0, expected a number > 0\n"
        "--net.width is 0, expected a whole number >= 1\n"
        "--steps is 0, expected a whole number >= 1\n"
        "--batch is 0, expected a whole number >= 1, or null\n"
        '--norm is "x", expected one of pre, post, none\n'
        "and 1 more",
    ),
]


@pytest.mark.parametrize(("flags", "line"), FLAGS, ids=[line for _, line in FLAGS])
def test_a_wrong_flag(flags, line):
    assert problem(**flags) == line


FILES = [
    ("heads: 4", "heads: 3", "toy.yaml:5: net.heads is 3, expected a divisor of the width 16"),
    ("heads: 4", "head: 4", "toy.yaml:5: unknown setting net.head; did you mean net.heads?"),
    (
        "lr: 1e-3",
        "momentum: 0.9",
        "toy.yaml:3: optimizer.momentum needs optimizer.name sgd;"
        " adam has name, lr, weight_decay, betas, adam",
    ),
    ("lr: 1e-3", "lr: fast", 'toy.yaml:3: optimizer.lr is "fast", expected a number > 0'),
    ("lr: 1e-3", "lr: no", 'toy.yaml:3: optimizer.lr is "no", expected a number > 0'),
    (
        "steps: 30",
        "steps: 0",
        "toy.yaml:11: steps is 0, expected a whole number >= 1 (variant heavy)",
    ),
    (
        "steps: 20",
        "steps: 0",
        "toy.yaml:15: steps is 0, expected a whole number >= 1 (variant plain)",
    ),
    ("steps: 20", "stepz: 20", "toy.yaml:15: unknown setting stepz; did you mean steps?"),
    ("summary: a toy\n", "", "toy.yaml:1: summary is missing, expected text"),
    (
        "presets:",
        "presetz:",
        "toy.yaml:1: presets is missing, expected a mapping of length >= 1\n"
        "toy.yaml:12: unknown setting presetz; did you mean presets?",
    ),
    ("    label: heavy\n", "", "toy.yaml:9: variants.heavy.label is missing, expected text"),
    (
        "label: heavy",
        "labe: heavy",
        "toy.yaml:9: variants.heavy.label is missing, expected text\n"
        "toy.yaml:10: unknown setting variants.heavy.labe; did you mean variants.heavy.label?",
    ),
    (
        "{plain: [0]}",
        "{plane: [0]}",
        'toy.yaml:17: presets.smoke.runs: unknown variant "plane"; did you mean plain? '
        "expected one of plain, heavy",
    ),
    (
        "{plain: [0]}",
        "{plain: 0}",
        "toy.yaml:17: presets.smoke.runs.plain is 0, expected a list, each entry a whole number",
    ),
    (
        "{plain: [0]}",
        "{plain: [-1]}",
        "toy.yaml:17: presets.smoke.runs.plain is [-1], expected different seeds >= 0",
    ),
    (
        "{plain: [0]}",
        "{plain: [1, 1]}",
        "toy.yaml:17: presets.smoke.runs.plain is [1, 1], expected different seeds >= 0",
    ),
    (
        "{plain: [0]}",
        "{plain: []}",
        "toy.yaml:17: presets.smoke.runs.plain is [], expected different seeds >= 0",
    ),
    (
        "  heavy:",
        "  a/b:",
        'toy.yaml:9: variants has "a/b", expected a name without spaces, commas and slashes, '
        "since it becomes a folder",
    ),
    (
        "settings:\n  optimizer",
        "settings: 3\nother:\n  optimizer",
        "toy.yaml:2: settings is 3, expected a mapping\n"
        "toy.yaml:3: unknown setting other; expected one of summary, experiment, threads, "
        "settings, variants, presets, sweep",
    ),
]


@pytest.mark.parametrize(("old", "new", "line"), FILES, ids=[line for *_, line in FILES])
def test_a_wrong_file(old, new, line):
    assert old in TEXT
    assert problem(TEXT.replace(old, new, 1)) == line


class Images(Settings):
    name: Literal["many", "few"] = "many"
    examples: int = 10
    seed: int = 0

    @model_validator(mode="after")
    def _there_are_so_many(self) -> Self:
        if self.name == "few" and self.examples > 5:
            refuse("examples", self.examples, "at most 5")
        return self


class OfImages(Settings):
    data: Images = Images()


@pytest.mark.parametrize(
    ("settings", "flags", "line"),
    [
        (
            "{data: {examples: 9}}",
            {"data.name": "few"},
            "toy.yaml:2: data.examples is 9, expected at most 5 (with --data.name few)",
        ),
        ("{}", {"data.name": "few"}, "--data.name: data.examples is 10, expected at most 5"),
        (
            "{data: {examples: 9}}",
            {"data.name": "few", "data.seed": 1},
            "toy.yaml:2: data.examples is 9, expected at most 5",
        ),
        ("{data: {name: few}}", {}, "toy.yaml:2: data.examples is 10, expected at most 5"),
    ],
)
def test_what_the_file_says_and_one_flag_has_made_wrong_names_the_flag(settings, flags, line):
    text = f"summary: a toy\nsettings: {settings}\nvariants: {{a: {{label: a}}}}\n"
    document = parse_document(text + "presets: {quick: {runs: {a: [0]}}}\n", "toy.yaml")
    with pytest.raises(SettingsError) as error:
        resolve(document, OfImages, "quick", overrides=flags)
    assert str(error.value) == line


def test_unknown_preset_and_variant():
    assert problem(preset="quik") == (
        'unknown preset "quik"; did you mean quick? expected one of quick, smoke'
    )
    assert problem(variants=["heavi"]) == (
        'unknown variant "heavi"; did you mean heavy? expected one of plain, heavy'
    )
