"""Missing or damaged image files are told in one line, before a record is made."""

import pytest

from experiments.__main__ import main
from tests.research.data.idx import write_image_set


@pytest.fixture(autouse=True)
def no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DESCENT_DATA", str(tmp_path / "named"))
    monkeypatch.chdir(tmp_path)


def run(capsys, *words):
    one = ["--variants", "adam-lr0.01", "--seeds", "0", "--wandb", "off"]
    code = main(["run", "generalisation", *one, *words])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return code, err


def test_missing(capsys, tmp_path):
    code, line = run(capsys)
    assert code == 2
    assert "configs/generalisation.yaml:" in line
    assert "data.name is fashion_mnist" in line
    assert f"{tmp_path}/named/fashion-mnist/train-images-idx3-ubyte.gz is not there" in line
    assert "expected the official train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz" in line
    assert not (tmp_path / "runs").exists()


def test_a_folder_of_the_command_line_and_another_set(capsys, tmp_path):
    code, line = run(capsys, "--data_folder", "elsewhere", "--data.name", "mnist")
    assert code == 2
    assert line.startswith("descent: --data.name is mnist: elsewhere/mnist/train-images")
    assert not (tmp_path / "runs").exists()


def test_truncated(capsys, tmp_path):
    write_image_set(tmp_path / "named")
    path = tmp_path / "named" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-5])
    code, line = run(capsys, "--out", "record")
    assert code == 2
    assert f"{path} is truncated" in line
    assert not (tmp_path / "record").exists()


def test_showing_the_settings_needs_no_files(capsys):
    assert main(["show", "generalisation"]) == 0
