"""Bad flags: exit code 2 and a line a problem: the flag, what was found, what was expected."""

import pytest

from experiments.__main__ import main
from tests.faults.refusals import refused

FLAGS = [
    (
        "unknown key",
        ["--optimizer.nesterov", "true"],
        ["--optimizer.nesterov needs --optimizer.name muon or", "adamw has name, lr"],
    ),
    (
        "near-miss key",
        ["--optimizer.weight_decy", "1"],
        ["--optimizer.weight_decy", "did you mean --optimizer.weight_decay?"],
    ),
    ("near-miss group", ["--optimiser.lr", "1"], ["did you mean --optimizer.lr?"]),
    (
        "wrong type",
        ["--optimizer.lr", "fast"],
        ["--optimizer.lr", '"fast"', "expected a number > 0"],
    ),
    ("a word for a number", ["--optimizer.lr", "no"], ['"no"', "expected a number"]),
    (
        "a fraction for a whole number",
        ["--trainer.max_steps", "1e5"],
        ["100000.0", "expected a whole number >= 1", "write 100000"],
    ),
    ("text for true or false", ["--model.bias", "yes"], ['"yes"', "expected true or false"]),
    (
        "out of range",
        ["--optimizer.lr", "-1e-3"],
        ["--optimizer.lr is -0.001", "expected a number > 0"],
    ),
    ("not finite", ["--optimizer.lr", ".inf"], ["Infinity", "finite"]),
    (
        "not a prime",
        ["--data.modulus", "96"],
        ["--data.modulus is 96", "expected a prime, because x/y divides"],
    ),
    ("fraction 0", ["--data.train_fraction", "0"], ["--data.train_fraction is 0", "> 0 and < 1"]),
    (
        "fraction 1",
        ["--data.train_fraction", "1.0"],
        ["--data.train_fraction is 1.0", "> 0 and < 1"],
    ),
    (
        "heads",
        ["--model.heads", "3"],
        ["--model.heads is 3", "expected a divisor of the width 128"],
    ),
    (
        "width",
        ["--model.width", "130"],
        ["--model.width", "heads is 4", "divisor of the width 130"],
    ),
    (
        "unknown choice",
        ["--data.operation", "x**y"],
        ["--data.operation", "expected one of x+y", "did you mean x*y?"],
    ),
    (
        "unknown name",
        ["--optimizer.name", "adamww"],
        ["--optimizer.name", "expected one of gd, sgd, heavy_ball", "did you mean adamw?"],
    ),
    ("a list too short", ["--optimizer.betas", "[0.9]"], ["--optimizer.betas", "missing"]),
    (
        "a tag",
        ["--optimizer.lr", "!!python/object/apply:os.system [echo]"],
        ["--optimizer.lr", "tag"],
    ),
    ("no YAML", ["--optimizer.betas", "[0.9"], ["--optimizer.betas", "not YAML 1.2"]),
    ("missing value", ["--optimizer.lr"], ["--optimizer.lr needs a value"]),
    ("twice", ["--optimizer.lr", "1", "--optimizer.lr", "2"], ["--optimizer.lr is given twice"]),
    ("abbreviated option", ["--pres", "smoke"], ["--pres", "did you mean --preset?"]),
    (
        "abbreviated setting",
        ["--optimizer.weight", "1"],
        ["did you mean --optimizer.weight_decay?"],
    ),
    ("near-miss option", ["--ouput", "x"], ["--ouput"]),
    ("one dash", ["-p", "smoke"], ["-p", "two dashes"]),
    ("unknown preset", ["--preset", "quik"], ['"quik"', "did you mean quick?", "smoke, quick"]),
    (
        "unknown variant",
        ["--variants", "small-wd2"],
        ['"small-wd2"', "did you mean small-wd", "lecture-wd1"],
    ),
    ("unknown wandb", ["--wandb", "offlin"], ["did you mean offline?"]),
    ("seeds", ["--seeds", "0,x"], ["--seeds", "0,1,2 or 0-7"]),
    ("workers", ["--workers", "0"], ["--workers", "expected a whole number from 1"]),
    ("devices", ["--trainer.devices", "2"], ["--trainer.devices is 2", "--trainer.strategy ddp"]),
    ("a second argument", ["again"], ["again"]),
    (
        "below a file",
        ["--out", "file/record"],
        ["--out: file/record can't be written", "not a directory"],
    ),
    ("a file", ["--out", "file"], ["--out: file is a file"]),
    ("unwritable", ["--out", "/proc/descent"], ["--out: /proc/descent can't be written"]),
    ("not empty", ["--out", "full"], ["--out: full is not empty"]),
    (
        "existing record",
        ["--out", "record"],
        ["--out: record is a record already", "descent resume record"],
    ),
]


@pytest.mark.parametrize(
    ("words", "parts"), [case[1:] for case in FLAGS], ids=[c[0] for c in FLAGS]
)
def test_wrong_flags(here, capsys, words, parts):
    before = sorted(here.rglob("*"))
    line = refused(capsys, "run", "grokking", *words)
    for part in parts:
        assert part in line
    assert sorted(here.rglob("*")) == before, "nothing was started, nothing was made"


def test_several_problems_are_one_line_each(here, capsys):
    words = ["--optimizer.lr", "-1", "--batch_size", "0", "--trainer.devices", "0"]
    assert main(["run", "grokking", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    starts = ("--batch_size is 0", "--optimizer.lr is -1", "--trainer.devices is 0")
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"descent: {start}, expected ")
