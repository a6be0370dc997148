"""The files of every image set, written small and read back; damaged, and refused."""

import gzip

import numpy
import pytest

from research.data.image_files import FILES, check_files, read_arrays
from research.data.official_files import BATCHES, DOWNLOADS
from research.settings.errors import SettingsError
from tests.research.data.cifar import archive_of, make_batches, write_archive, write_batches
from tests.research.data.idx import write_idx, write_image_set

IMAGES = FILES["train", "images"]


def write_set(folder, form):
    """A small set in one of the forms that are read, and its name."""
    match form:
        case "batches":
            return "cifar10", write_batches(folder)
        case "packed batches":
            return "cifar10", write_batches(folder, packed=True)
        case "archive":
            return "cifar10", write_archive(folder)
    return form, write_image_set(folder, form)


FORMS = ["mnist", "fashion_mnist", "batches", "packed batches", "archive"]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_is_read(tmp_path, form):
    name, written = write_set(tmp_path, form)
    arrays = read_arrays(name, str(tmp_path), allow_unofficial=True)
    assert arrays.keys() == written.keys()
    for key, array in arrays.items():
        assert array.shape == written[key].shape
        assert array.values == written[key].astype(numpy.uint8).tobytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("look", [check_files, read_arrays])
def test_what_is_not_official_is_refused_and_left_as_it_is(tmp_path, form, look):
    name, _ = write_set(tmp_path, form)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    with pytest.raises(SettingsError) as error:
        look(name, str(tmp_path))
    official = BATCHES[0] if "batches" in form else DOWNLOADS[name][0]
    path = tmp_path / official.path
    path = path if path.exists() else path.with_name(f"{path.name}.xz")
    assert str(error.value).startswith(f"{path} ({len(before[path]):,} bytes) has SHA-256 ")
    assert f"expected {official.sha256} of the official {official.name}" in str(error.value)
    assert "--data.allow_unofficial true" in str(error.value)
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("form", FORMS)
def test_what_provenance_says_of_it(tmp_path, form):
    name, _ = write_set(tmp_path, form)
    found = check_files(name, str(tmp_path), allow_unofficial=True)
    assert [each.is_official for each in found] == [False] * len(found)
    entry = found[0].as_provenance()
    assert (entry["set"], entry["official"]) == (name, False)
    assert entry["file"] == str(found[0].file.path)
    assert entry["official_sha256"] == found[0].file.official.sha256 != entry["sha256"]


def test_the_sum_of_a_compressed_batch_is_that_of_the_batch(tmp_path):
    write_batches(tmp_path / "plain")
    write_batches(tmp_path / "packed", packed=True)
    plain, packed = (
        check_files("cifar10", str(tmp_path / form), allow_unofficial=True)
        for form in ("plain", "packed")
    )
    assert [each.sha256 for each in plain] == [each.sha256 for each in packed]


def test_the_digits_need_no_files(tmp_path):
    assert check_files("digits", str(tmp_path / "nothing")) == []


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
        case "a flipped byte":
            data = bytearray(whole)
            data[len(data) // 2] ^= 0xFF
            path.write_bytes(data)
        case "a folder":
            path.unlink()
            path.mkdir()
        case "a broken link":
            path.unlink()
            path.symlink_to(folder / "nowhere")


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
        ("a flipped byte", "is truncated or damaged"),
        ("a folder", "can't be read .is a directory"),
        ("a broken link", "can't be read .no such file"),
    ],
)
def test_a_bad_file_is_one_line_that_says_what_belongs_where(tmp_path, look, how, words):
    write_image_set(tmp_path)
    damage(tmp_path, how)
    with pytest.raises(SettingsError, match=words) as error:
        look("fashion_mnist", str(tmp_path), allow_unofficial=True)
    said = str(error.value)
    assert "\n" not in said
    assert str(tmp_path / "fashion-mnist" / IMAGES) in said
    assert f"in {tmp_path / 'fashion-mnist'}" in said
    assert all(file in said for file in FILES.values())
    assert "--data_folder or $DESCENT_DATA" in said


@pytest.mark.parametrize("how", ["truncated", "empty", "not gzip", "fewer values"])
def test_what_can_not_be_read_is_not_advised_to_be_used_as_it_is(tmp_path, how):
    write_image_set(tmp_path)
    damage(tmp_path, how)
    with pytest.raises(SettingsError, match=r"has SHA-256 .* move this one away") as error:
        check_files("fashion_mnist", str(tmp_path))
    assert "allow_unofficial" not in str(error.value)


def test_nor_is_half_an_archive_or_half_a_record(tmp_path):
    write_archive(tmp_path / "a")
    write_batches(tmp_path / "b")
    for path in ("a/cifar-10-binary.tar.gz", "b/cifar-10-batches-bin/data_batch_1.bin"):
        file = tmp_path / path
        file.write_bytes(file.read_bytes()[:-200])
        with pytest.raises(SettingsError, match="has SHA-256") as error:
            check_files("cifar10", str(tmp_path / path[0]))
        assert "allow_unofficial" not in str(error.value)


def refusal(folder, name="cifar10"):
    with pytest.raises(SettingsError) as error:
        check_files(name, str(folder), allow_unofficial=True)
    return str(error.value)


class TestCifar:
    def test_nothing_there(self, tmp_path):
        said = refusal(tmp_path)
        assert f"{tmp_path}/cifar-10-binary.tar.gz is not there" in said
        assert f"or its batches in {tmp_path}/cifar-10-batches-bin" in said

    def test_one_batch_missing(self, tmp_path):
        write_batches(tmp_path)
        (tmp_path / "cifar-10-batches-bin" / "data_batch_4.bin").unlink()
        assert "data_batch_4.bin is not there" in refusal(tmp_path)

    def test_half_a_record(self, tmp_path):
        write_batches(tmp_path)
        path = tmp_path / "cifar-10-batches-bin" / "test_batch.bin"
        path.write_bytes(path.read_bytes()[:-1])
        said = refusal(tmp_path)
        assert f"{path} has {12 * 3073 - 1:,} bytes in test_batch.bin" in said
        assert "no whole number of records of 3,073 bytes" in said

    def test_truncated_xz(self, tmp_path):
        write_batches(tmp_path, packed=True)
        path = tmp_path / "cifar-10-batches-bin" / "data_batch_2.bin.xz"
        path.write_bytes(path.read_bytes()[:-20])
        assert f"{path} can't be read" in refusal(tmp_path)
        path.write_bytes(b"no xz at all")
        assert f"{path} can't be read" in refusal(tmp_path)

    def test_truncated_archive(self, tmp_path):
        write_archive(tmp_path)
        path = tmp_path / "cifar-10-binary.tar.gz"
        path.write_bytes(path.read_bytes()[:-200])
        assert f"{path} is truncated or damaged" in refusal(tmp_path)

    def test_an_archive_without_a_batch(self, tmp_path):
        batches, _ = make_batches()
        del batches["data_batch_5.bin"]
        (tmp_path / "cifar-10-binary.tar.gz").write_bytes(archive_of(batches))
        assert "has no data_batch_5.bin in it" in refusal(tmp_path)

    def test_the_archive_comes_before_batches_and_plain_ones_before_compressed(self, tmp_path):
        write_batches(tmp_path, packed=True)
        write_batches(tmp_path)
        found = check_files("cifar10", str(tmp_path), allow_unofficial=True)
        assert {each.file.path.suffix for each in found} == {".bin"}
        write_archive(tmp_path)
        found = check_files("cifar10", str(tmp_path), allow_unofficial=True)
        assert [each.file.path.name for each in found] == ["cifar-10-binary.tar.gz"]

    def test_no_eleventh_class(self, tmp_path):
        write_batches(tmp_path)
        path = tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin"
        path.write_bytes(b"\x0a" + path.read_bytes()[1:])
        assert "holds the label 10, where classes are 0 to 9" in refusal(tmp_path)


def test_as_many_labels_as_images(tmp_path):
    write_image_set(tmp_path)
    write_idx(tmp_path / "fashion-mnist" / FILES["test", "labels"], numpy.zeros(19))
    assert "holds 19 labels for 20 images" in refusal(tmp_path, "fashion_mnist")


def test_images_of_another_size(tmp_path):
    write_image_set(tmp_path)
    write_idx(tmp_path / "fashion-mnist" / FILES["test", "images"], numpy.zeros((20, 28, 27)))
    assert "test images of 28 x 27 pixels" in refusal(tmp_path, "fashion_mnist")


def test_a_part_of_one_set_is_not_taken_for_another(tmp_path):
    write_image_set(tmp_path, "mnist")
    with pytest.raises(SettingsError, match="fashion-mnist"):
        check_files("fashion_mnist", str(tmp_path), allow_unofficial=True)
    check_files("mnist", str(tmp_path), allow_unofficial=True)
