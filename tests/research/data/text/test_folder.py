"""Text files of one's own."""

import re

import pytest

from research.data.text.folder import read_folder, text_files
from research.settings.errors import SettingsError


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def test_the_last_tenth_of_the_files_is_held_out(tmp_path):
    write(tmp_path, {f"{number:02}.txt": f"text {number}\n".encode() for number in range(29)})
    corpus = read_folder(str(tmp_path))
    assert corpus.train == [f"text {number}" for number in range(27)]
    assert corpus.validation == ["text 27", "text 28"]
    assert corpus.split == "words"


def test_files_below_are_read_in_the_order_of_their_paths_and_others_are_not(tmp_path):
    files = {
        "b/x.MD": b"2\r\n\r\n3",
        "a.txt": b"1",
        "c.rst": b"4\n",
        "c.py": b"no",
        ".git/description.txt": b"no",
        ".hidden.md": b"no",
    }
    write(tmp_path, files)
    (tmp_path / "d.txt").mkdir()
    assert [path.name for path in text_files(tmp_path)] == ["a.txt", "x.MD", "c.rst"]
    corpus = read_folder(str(tmp_path))
    assert (corpus.train, corpus.validation) == (["1", "2", "", "3"], ["4"])


@pytest.mark.parametrize("files", [{}, {"one.txt": b"text"}, {"one.py": b"", "two.c": b""}])
def test_a_folder_without_two_texts_is_refused(tmp_path, files):
    write(tmp_path, files)
    found = sum(name.endswith(".txt") for name in files)
    expected = re.escape(
        f"data.folder is {tmp_path}, which has {found} of the two or more text files"
    )
    with pytest.raises(SettingsError, match=f"^{expected}"):
        read_folder(str(tmp_path))
    with pytest.raises(SettingsError, match="none, which is not there, expected a folder"):
        read_folder(str(tmp_path / "none"))


def test_a_user_who_is_not_known_is_one_line():
    with pytest.raises(SettingsError, match=r"^data\.folder is ~no-such-user/x, expected a folder"):
        read_folder("~no-such-user/x")


def test_a_file_that_is_no_text_is_named(tmp_path):
    write(tmp_path, {"a.txt": b"text", "b.txt": b"t\xe9xt"})
    problem = re.escape(f"{tmp_path}/b.txt is not UTF-8 at byte 1, expected text")
    with pytest.raises(SettingsError, match=f"^{problem}"):
        read_folder(str(tmp_path))
