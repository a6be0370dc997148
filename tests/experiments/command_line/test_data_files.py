"""Data files are checked or downloaded before a record is made, and provenance says which."""

import hashlib
import json
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.command_line import data_files, finish
from experiments.command_line.data_files import provide_data, provide_data_again
from research.records.checkpoint_names import file_name
from research.records.plan import Plan, VariantPlan
from research.records.provenance import collect
from research.records.store import Record
from research.settings.errors import SettingsError
from research.settings.images import ImageSettings, UsesImages
from research.settings.resolve import ResolvedVariant
from research.settings.sweep import SweepSettings
from research.settings.text import TextSettings, UsesText, VocabularySettings
from research.settings.training import TrainingSettings
from tests.research.data.idx import write_image_set
from tests.research.data.mirror import mirror

ONE = ["--variants", "adam-lr0.01", "--seeds", "0", "--wandb", "off"]


@pytest.fixture(autouse=True)
def no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DESCENT_DATA", str(tmp_path / "named"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.chdir(tmp_path)


def run(capsys, *words):
    code = main(["run", "generalisation", *ONE, *words])
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
    assert line.startswith(
        "descent: --data.name is mnist: $DESCENT_MIRROR is off, and elsewhere/mnist/train-images"
    )
    assert "; name another data folder with --data_folder or $DESCENT_DATA;" in line
    assert line.endswith("; scikit-learn's digits need no files: --data.name digits\n")
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "runs").exists()


def test_no_mirror_has_it(capsys, tmp_path, monkeypatch):
    with mirror({}) as server:
        monkeypatch.setenv("DESCENT_MIRROR", server.base("good"))
        assert main(["run", "generalisation", *ONE]) == 2
    out, err = capsys.readouterr()
    assert f"{server.host}: answered 404 Not Found" in out
    assert f"fashion_mnist: no mirror has it ({server.host}: answered 404 Not Found), and" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_what_a_mirror_sends_must_be_official(capsys, tmp_path, monkeypatch):
    write_image_set(tmp_path / "mine")
    path = "fashion-mnist/train-images-idx3-ubyte.gz"
    data = (tmp_path / "mine" / path).read_bytes()
    with mirror({path: data}) as server:
        monkeypatch.setenv("DESCENT_MIRROR", server.base("good"))
        assert main(["run", "generalisation", *ONE]) == 2
    assert f"announces {len(data):,} bytes, expected 26,421,880" in capsys.readouterr().err
    assert not (tmp_path / "named").exists(), "nothing came, so nothing was made"


def test_truncated(capsys, tmp_path):
    write_image_set(tmp_path / "named")
    path = tmp_path / "named" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-5])
    code, line = run(capsys, "--out", "record", "--data.allow_unofficial", "true")
    assert code == 2
    assert f"{path} is truncated" in line
    assert not (tmp_path / "record").exists()


def test_showing_the_settings_needs_no_files(capsys):
    assert main(["show", "generalisation"]) == 0


def test_an_unofficial_copy_only_if_it_is_asked_for_and_provenance_says_so(
    capsys, tmp_path, monkeypatch
):
    write_image_set(tmp_path / "named")
    home = tmp_path / "named" / "fashion-mnist"
    code, line = run(capsys)
    assert code == 2
    assert f"{home}/train-images-idx3-ubyte.gz" in line
    assert "expected 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84" in line
    monkeypatch.setattr(finish, "train_and_judge", lambda *arguments: 0)  # the record is enough
    words = ["--data.allow_unofficial", "true", "--out", "record"]
    assert main(["run", "generalisation", *ONE, *words]) == 0
    files = json.loads((tmp_path / "record" / "provenance.json").read_text())["data"]
    assert [file["official"] for file in files] == [False] * 4
    for file in files:
        found = hashlib.sha256(Path(file["file"]).read_bytes()).hexdigest()
        assert file["sha256"] == found
        assert len(file["official_sha256"]) == 64 != file["sha256"]
    assert {file["set"] for file in files} == {"fashion_mnist"}


class SweepOfImages(SweepSettings, UsesImages):
    """Any settings that use images are looked at, whatever else they do."""


def variant(model=SweepOfImages, **settings):
    class Nowhere:
        def origin(self, key):
            return None

    return ResolvedVariant("one", "one", model(**settings), Nowhere())


UNOFFICIAL = ImageSettings(name="mnist", allow_unofficial=True)


def test_a_sweep_is_looked_at_too_and_each_set_once(tmp_path):
    write_image_set(tmp_path / "named", "mnist")
    write_image_set(tmp_path / "other", "mnist")
    here, there = variant(data=UNOFFICIAL), variant(data=UNOFFICIAL, data_folder="other")
    found = provide_data({"a": here, "b": here, "c": there, "d": variant()}, None)
    folders = [file["file"].removeprefix(f"{tmp_path}/").split("/")[0] for file in found]
    assert folders == ["named"] * 4 + ["other"] * 4
    with pytest.raises(SettingsError, match=r"^data.name is fashion_mnist: .* is not there"):
        provide_data({"e": variant(data=ImageSettings(name="fashion_mnist"))}, None)


def test_without_images_there_is_nothing_to_look_for():
    assert provide_data({"a": variant(TrainingSettings)}, None) == []
    assert "data" not in collect(["descent"])


class SweepOfTexts(SweepSettings, UsesText):
    """The same for text."""


def test_texts_are_provided_too_and_those_of_the_same_tokens_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one, two, three = (
        variant(SweepOfTexts, data=TextSettings(sources=("topics",), **changes))
        for changes in ({"context": 8}, {"context": 16, "train_tokens": 99}, {"lower_case": True})
    )
    found = provide_data({"a": one, "b": two, "c": three}, None)
    assert [entry["set"] for entry in found] == ["python_docs"] * 4
    assert len({entry["sha256"] for entry in found}) == 3, "the text is the same"
    assert len(list((tmp_path / "cache" / "descent" / "text").iterdir())) == 2
    missing = variant(SweepOfTexts, data=TextSettings(name="tiny_shakespeare"))
    with pytest.raises(SettingsError, match=r"^data.name is tiny_shakespeare: .*input.txt is not"):
        provide_data({"d": missing}, None)


def test_a_text_that_changed_since_the_record_began_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    texts = tmp_path / "texts"
    texts.mkdir()
    for name in ("a.txt", "b.txt"):
        (texts / name).write_text("one two\n")
    data = TextSettings(
        name="folder", folder=str(texts), vocabulary=VocabularySettings(size=None), context=2
    )
    now = {"a": SweepOfTexts(data=data)}
    before = provide_data({"a": variant(SweepOfTexts, data=data)}, None)
    assert data_files.provide_data_of(now, None) == before
    record = Record.create(
        tmp_path / "record",
        Plan(experiment="grokking", wandb="off", variants={}, runs={}),
        collect(["descent"], None, before),
    )
    data_files.refuse_others(record, before)
    (texts / "b.txt").write_text("one three\n")
    with pytest.raises(SettingsError, match=r"^text files in .* has SHA-256 .*/record began$"):
        data_files.refuse_others(record, data_files.provide_data_of(now, None))


def begun(folder, settings, data=()):
    """A record of which nothing has run yet."""
    settings = {"data": UNOFFICIAL.model_dump(mode="json"), **settings}
    plan = Plan(
        experiment="generalisation",
        folder=None,
        preset="quick",
        overrides={},
        workers=1,
        threads=1,
        wandb="off",
        variants={"a": VariantPlan(label="a", settings=settings)},
        runs={"a": [0]},
    )
    return Record.create(folder / "record", plan, collect(["descent"], None, list(data)))


def test_a_record_goes_on_with_the_files_that_it_began_with(tmp_path):
    write_image_set(tmp_path / "named", "mnist")
    data = provide_data({"a": variant(data=UNOFFICIAL)}, None)
    record = begun(tmp_path, {}, data)
    provide_data_again(record, None)
    path = tmp_path / "named" / "mnist" / "t10k-labels-idx1-ubyte.gz"
    other = tmp_path / "other"
    write_image_set(other, "mnist", test=19)
    (other / "mnist" / path.name).replace(path)
    images = "t10k-images-idx3-ubyte.gz"
    (other / "mnist" / images).replace(path.with_name(images))
    with pytest.raises(SettingsError, match=r"has SHA-256 .*, expected .* when .*record began"):
        provide_data_again(record, None)
    path.unlink()
    with pytest.raises(SettingsError, match=r"is not there, expected ") as error:
        provide_data_again(record, None)
    assert "--" not in str(error.value), "resume takes no settings"
    assert str(error.value).endswith("; name another data folder with $DESCENT_DATA")
    store = record.runs()[0]
    store.write_status(type(store.status())("done"))
    provide_data_again(record, None)


def test_a_landscape_is_of_the_files_that_were_trained_on(capsys, tmp_path):
    write_image_set(tmp_path / "named", "mnist")
    record = begun(tmp_path, {}, provide_data({"a": variant(data=UNOFFICIAL)}, None))
    checkpoints = record.runs()[0].checkpoints
    checkpoints.mkdir(parents=True)
    (checkpoints / file_name(5)).touch()
    write_image_set(tmp_path / "named", "mnist", test=19)
    assert main(["landscape", str(record.folder), "--wandb", "off"]) == 2
    out, err = capsys.readouterr()
    assert "t10k-images-idx3-ubyte.gz has SHA-256 " in err and err.endswith("record began\n")
    assert (out, err.count("\n")) == ("", 1)
    assert not (tmp_path / "runs").exists()


def test_settings_that_have_become_wrong_are_one_line(capsys, tmp_path):
    record = begun(tmp_path, {"batch_size": 0, "gone": 3})
    assert main(["resume", str(record.folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition("record: ")[2].partition(";")[0] for line in lines] == [
        "settings of a: batch_size is 0, expected a whole number >= 1, or null",
        "settings of a: unknown setting gone",
    ]


def test_evidence_of_settings_that_have_become_wrong_is_one_line(capsys, tmp_path):
    plan = Plan(
        experiment="skip_connections",
        wandb="off",
        variants={"a": VariantPlan(label="a", settings={"gone": 3})},
        runs={"a": [0]},
    )
    record = Record.create(tmp_path / "record", plan, {})
    store = record.runs()[0]
    store.write_status(type(store.status())("done"))
    assert main(["resume", str(record.folder)]) == 2
    line = capsys.readouterr().err
    assert "record: settings: gone: Extra inputs are" in line and line.count("\n") == 1


def test_a_picture_that_is_gone_is_one_line(capsys, tmp_path):
    pattern = {"name": "file", "file": str(tmp_path / "gone.png")}
    plan = Plan(
        experiment="multi_point",
        wandb="off",
        variants={"a": VariantPlan(label="a", settings={"pattern": pattern})},
        runs={"a": [0]},
    )
    record = Record.create(tmp_path / "record", plan, {})
    assert main(["resume", str(record.folder)]) == 2
    line = capsys.readouterr().err
    assert "gone.png, expected a file that exists" in line and line.count("\n") == 1


def test_resume_names_no_folder_where_the_record_has_its_own(tmp_path):
    record = begun(tmp_path, {"data_folder": str(tmp_path / "gone")})
    with pytest.raises(SettingsError, match=r"is not there, expected .* in .*/gone/mnist$"):
        provide_data_again(record, None)
