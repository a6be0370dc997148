"""Bad input: exit code 2 and a line a problem: place, key, what was found, what was expected.

Most cases call the command line in this process; a handful are real processes, started elsewhere.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.__main__ import main
from tests.experiments.command_line.own_experiment import CONFIG, write_own_experiment

ROOT = Path(__file__).parents[2]

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


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a file, a folder that is not empty, and a record."""
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("")
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "settings.yaml").write_text("experiment: grokking\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *words: str) -> str:
    """The one line of a refused command."""
    code = main(words)
    captured = capsys.readouterr()
    assert code == 2, captured
    assert captured.out == ""
    return one_line(captured.err)


def one_line(error: str) -> str:
    assert error.startswith("descent: "), error
    assert error.count("\n") == 1, error
    assert error.endswith("\n"), error
    assert "Traceback" not in error
    return error


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


COMMANDS = [
    ("unknown command", ["rnu"], ['"rnu"', "did you mean run?", "list, show, run"]),
    ("abbreviated command", ["res"], ["did you mean resume?"]),
    ("unknown option before the command", ["--verbose"], ["--verbose"]),
    ("no experiment", ["run"], ["run needs EXPERIMENT"]),
    ("unknown experiment", ["run", "groking"], ['"groking"', "did you mean grokking?"]),
    (
        "option swallowed the experiment",
        ["run", "--chek", "grokking"],
        ["--chek", "did you mean --check?"],
    ),
    ("missing folder", ["run", "./none/here"], ["./none/here", "no such folder"]),
    ("a folder that is no experiment", ["run", "full"], ["full: has no settings.py"]),
    (
        "settings for a command without",
        ["list", "--optimizer.lr", "1"],
        ["unknown option --optimizer.lr"],
    ),
    ("near-miss flag", ["show", "grokking", "--shema"], ["did you mean --schema?"]),
    ("no record", ["resume", "none"], ["none is no record"]),
    ("a folder that is no record", ["resume", "full"], ["full is no record"]),
    ("no records to report", ["report"], ["report needs RECORD..."]),
    ("no record to report", ["report", "none"], ["none is no record"]),
    ("no record to send", ["sync", "none"], ["none"]),
    ("two records to resume", ["resume", "a", "b"], ["takes no argument"]),
]


@pytest.mark.parametrize(
    ("words", "parts"), [case[1:] for case in COMMANDS], ids=[c[0] for c in COMMANDS]
)
def test_wrong_commands(here, capsys, words, parts):
    line = refused(capsys, *words)
    for part in parts:
        assert part in line


FILES = [
    (
        "duplicate key",
        "summary: again\n" + CONFIG,
        ["my_own/my.yaml:2:", "the key summary stands here again", "line 1"],
    ),
    (
        "duplicate nested key",
        CONFIG.replace("{size: 4}", "{size: 4, size: 5}"),
        ["my.yaml:2:", "the key size"],
    ),
    (
        "unknown key",
        CONFIG + "sumary: x\n",
        ["my.yaml:5:", "unknown setting sumary", "did you mean summary?"],
    ),
    (
        "unknown setting",
        CONFIG.replace("size: 4", "siz: 4"),
        ["my.yaml:2:", "siz", "did you mean size?"],
    ),
    (
        "wrong type",
        CONFIG.replace("size: 4", "size: large"),
        ["my.yaml:2: size", '"large"', "whole number"],
    ),
    ("missing key", CONFIG.replace("summary: my own\n", ""), ["my.yaml:1:", "summary is missing"]),
    (
        "python object",
        CONFIG.replace("my own", "!!python/object/apply:os.system [touch hacked]"),
        ["my.yaml:1:", "found the tag !!python/object/apply:os.system"],
    ),
    ("syntax", CONFIG + "a: [1\nb: 2\n", ["my.yaml:6:", "not YAML 1.2"]),
    ("empty", "", ["my.yaml:1:", "expected keys and values"]),
    (
        "unknown variant",
        CONFIG.replace("{one: [0]}", "{two: [0]}"),
        ["my.yaml:4:", "two", "expected one of one"],
    ),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in FILES], ids=[c[0] for c in FILES])
def test_wrong_files(here, capsys, text, parts):
    folder = write_own_experiment(here)
    (folder / "my.yaml").write_text(text)
    line = refused(capsys, "run", "./my_own")
    for part in parts:
        assert part in line
    assert not (here / "hacked").exists()


def test_a_missing_file(here, capsys):
    folder = write_own_experiment(here)
    (folder / "my.yaml").unlink()
    assert "has 0 YAML files" in refused(capsys, "run", "my_own")
    (folder / "my.yaml").symlink_to(here / "nowhere")
    assert "my_own/my.yaml: can't be read: No such file" in refused(capsys, "run", "my_own")


def test_a_file_in_latin_1(here, capsys):
    folder = write_own_experiment(here)
    (folder / "my.yaml").write_bytes(CONFIG.replace("my own", "größe").encode("latin-1"))
    assert "my.yaml:1: is not UTF-8" in refused(capsys, "run", "my_own")


def test_control_characters_do_not_break_the_line(here, capsys):
    for words in (["a\nb\x1b[2Jc/\r\x85\u2028d"], ["grokking", "--optimizer.lr", "a\nb\x1b[2J"]):
        assert refused(capsys, "run", *words).rstrip("\n").isprintable()


def process(folder: Path, *words: str, prefix: tuple[str, ...] = ("-m", "experiments")):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *prefix, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ["run", "grokking", "--optimizer.lrr", "1"],
        ["run", "grokking", "--model.heads", "3"],
        ["run", "groking"],
        ["run", "grokking", "--out", "record"],
        ["run", "grokking", "--out", "file/below"],
        ["run", "grokking", "--pre", "smoke"],
        ["resume", "none"],
    ],
)
def test_real_processes(here, words):
    result = process(here, *words)
    assert result.returncode == 2
    assert result.stdout == ""
    one_line(result.stderr)


NO_TORCH = """
import sys
from experiments.__main__ import main
assert main(sys.argv[1:]) == 2
heavy = {"torch", "pytorch_lightning", "wandb", "matplotlib", "numpy"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["run", "grokking", "--model.heads", "3"],
        ["run", "grokking", "--variants", "none"],
        ["run", "grokking", "--trainer.devices", "2"],
        ["run", "grokking", "--out", "record"],
        ["resume", "none"],
        ["report", "none"],
    ],
)
def test_torch_is_not_imported(here, words):
    result = process(here, *words, prefix=("-c", NO_TORCH))
    assert result.returncode == 0, result.stderr


def test_under_a_second(here):
    """The best of three, in processor seconds: other load on the machine is not ours."""
    for attempt in range(3):
        before = os.times()
        process(here, "run", "grokking", "--model.heads", "3")
        after = os.times()
        user = after.children_user - before.children_user
        seconds = user + after.children_system - before.children_system
        if seconds < 1:
            break
        assert attempt < 2, f"{seconds:.2f} s of processor time, three times in a row"


def test_a_full_disk_is_one_line_with_exit_code_1(here):
    began = time.monotonic()
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "experiments", "show", "grokking"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert one_line(result.stderr) == "descent: No space left on device\n"
    assert time.monotonic() - began < 30
