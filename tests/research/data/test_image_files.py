"""The official files of MNIST and Fashion-MNIST, written small and read back."""

import gzip
from pathlib import Path

import numpy
import pytest

from research.data.image_files import FILES, check_files, data_folder, read_arrays
from research.settings.errors import SettingsError
from tests.research.data.idx import write_idx, write_image_set

IMAGES = FILES["train", "images"]


def test_what_was_written_is_read(tmp_path):
    written = write_image_set(tmp_path)
    check_files("fashion_mnist", str(tmp_path))
    arrays = read_arrays("fashion_mnist", str(tmp_path))
    assert arrays.keys() == written.keys()
    for key, array in arrays.items():
        assert array.shape == written[key].shape
        assert array.values == written[key].astype(numpy.uint8).tobytes()


class TestDataFolder:
    @pytest.fixture(autouse=True)
    def no_folder_is_named(self, monkeypatch):
        for name in ("DESCENT_DATA", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)

    def test_the_setting_wins_over_the_environment_over_the_cache(self, monkeypatch):
        assert data_folder(None) == Path.home() / ".cache" / "descent"
        monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
        assert data_folder(None) == Path("/cache/descent")
        monkeypatch.setenv("DESCENT_DATA", "/data")
        assert data_folder(None) == Path("/data")
        assert data_folder("/mine") == Path("/mine")

    def test_the_home_folder_may_be_abbreviated(self, monkeypatch):
        monkeypatch.setenv("DESCENT_DATA", "~/data")
        assert data_folder(None) == Path.home() / "data"
        assert data_folder("~/x") == Path.home() / "x"


def test_the_digits_need_no_files(tmp_path):
    check_files("digits", str(tmp_path / "nothing"))


def damage(folder, how):
    path = folder / "fashion-mnist" / IMAGES
    whole = path.read_bytes()
    match how:
        case "missing":
            path.unlink()
        case "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.write_bytes(b"")
        case "not gzip":
            path.write_bytes(b"<html>404 Not Found, says the server</html>")
        case "unpacked":
            path.write_bytes(gzip.decompress(whole))
        case "another file":
            path.write_bytes((folder / "fashion-mnist" / FILES["train", "labels"]).read_bytes())
        case "fewer values":
            path.write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
        case "a folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize("look", [check_files, read_arrays])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("missing", "is not there"),
        ("truncated", "is truncated"),
        ("empty", "is truncated"),
        ("not gzip", "can't be read as a gzip file"),
        ("unpacked", "can't be read as a gzip file"),
        ("another file", "is no idx file of 3 dimensions"),
        ("fewer values", "is truncated"),
        ("a folder", "can't be read as a gzip file"),
    ],
)
def test_a_bad_file_is_one_line_that_says_what_belongs_where(tmp_path, look, how, words):
    write_image_set(tmp_path)
    damage(tmp_path, how)
    with pytest.raises(SettingsError, match=words) as error:
        look("fashion_mnist", str(tmp_path))
    said = str(error.value)
    assert "\n" not in said
    assert said.startswith(str(tmp_path / "fashion-mnist" / IMAGES))
    assert f"in {tmp_path / 'fashion-mnist'}" in said
    assert all(file in said for file in FILES.values())
    assert "--data_folder or $DESCENT_DATA" in said


def test_bytes_changed_in_the_middle_are_noticed_when_the_file_is_read(tmp_path):
    write_image_set(tmp_path)
    path = tmp_path / "fashion-mnist" / IMAGES
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SettingsError, match="truncated or damaged"):
        read_arrays("fashion_mnist", str(tmp_path))


def test_as_many_labels_as_images(tmp_path):
    write_image_set(tmp_path)
    write_idx(tmp_path / "fashion-mnist" / FILES["test", "labels"], numpy.zeros(19))
    with pytest.raises(SettingsError, match="holds 19 labels for 20 images"):
        read_arrays("fashion_mnist", str(tmp_path))


def test_a_part_of_one_set_is_not_taken_for_another(tmp_path):
    write_image_set(tmp_path, "mnist")
    with pytest.raises(SettingsError, match="fashion-mnist"):
        check_files("fashion_mnist", str(tmp_path))
    check_files("mnist", str(tmp_path))
