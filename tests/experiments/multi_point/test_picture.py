"""Pictures from texts, files and at random; and what can't be drawn, in one line."""

import subprocess
import sys

import pytest
from PIL import Image

from experiments.multi_point.picture import (
    NoPicture,
    file_picture,
    random_picture,
    text_picture,
)


def drawn(picture):
    return "\n".join("".join("#" if cell else "." for cell in row) for row in picture)


def test_a_text_stands_in_the_middle_as_large_as_fits():
    assert (
        drawn(text_picture("T", 8, 9))
        == """\
.........
.######..
...##....
...##....
...##....
...##....
...##....
........."""
    )


def test_the_text_of_the_experiment_has_its_letters_side_by_side():
    picture = text_picture("SGD", 14, 32)
    assert (len(picture), {len(row) for row in picture}) == (14, {32})
    used = [any(row[column] for row in picture) for column in range(32)]
    gaps = "".join("#" if each else "." for each in used).strip(".").split(".")
    assert len([letter for letter in gaps if letter]) == 3
    good = sum(map(sum, picture))
    assert 0.3 < good / (14 * 32) < 0.4


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("", "''", "at least one letter"),
        ("  ", "'  '", "at least one letter"),
        ("a\nb", r"'a\nb'", "one line"),
        ("日", "'日'", "letters of the font DejaVu Sans, not '日'"),
        (
            "a long text",
            "'a long text'",
            "a shorter text, or a larger grid: its letters would be 4",
        ),
    ],
)
def test_texts_that_can_not_be_drawn(text, found, expected):
    with pytest.raises(NoPicture) as refused:
        text_picture(text, 14, 26)
    assert refused.value.found == found and expected in refused.value.expected


def save(path, pixels, mode="L"):
    height, width = len(pixels), len(pixels[0])
    image = Image.new(mode, (width, height))
    image.putdata([value for row in pixels for value in row])
    image.save(path)
    return path


def test_the_dark_parts_of_a_file_are_drawn(tmp_path):
    path = save(tmp_path / "l.png", [[0, 255], [0, 255], [120, 130]])
    assert drawn(file_picture(path, 5, 6)) == "......\n..#...\n..#...\n..#...\n......"
    assert drawn(file_picture(path, 8, 6)) == (
        "......\n.##...\n.##...\n.##...\n.##...\n.##...\n.##...\n......"
    )


def test_what_is_transparent_is_white(tmp_path):
    clear, black = (0, 0, 0, 0), (0, 0, 0, 255)
    path = save(tmp_path / "clear.png", [[clear, black], [black, clear]], "RGBA")
    assert drawn(file_picture(path, 4, 4)) == "....\n..#.\n.#..\n...."


def test_a_large_file_becomes_the_mean_of_what_a_cell_covers(tmp_path):
    pixels = [[0 if 10 <= r < 30 and c < 20 else 255 for c in range(40)] for r in range(40)]
    path = save(tmp_path / "large.png", pixels)
    assert drawn(file_picture(path, 6, 6)) == "......\n......\n.##...\n.##...\n......\n......"


@pytest.mark.parametrize(
    ("make", "found", "expected"),
    [
        (lambda path: None, "picture.png", "a file that exists"),
        (lambda path: path.mkdir(), "is a directory", "a picture that can be read"),
        (lambda path: path.write_text("text"), "picture.png", "a picture, for example a PNG file"),
        (lambda path: save(path, [[255, 200]] * 2), "has no dark pixel", "both kinds"),
        (lambda path: save(path, [[0, 100]] * 2), "has no light pixel", "both kinds"),
        (
            lambda path: save(path, [[0] + [255] * 39] + [[255] * 40] * 39),
            "has no dark cell in 6 x 6",
            "both kinds",
        ),
    ],
)
def test_files_that_can_not_be_drawn(tmp_path, make, found, expected):
    path = tmp_path / "picture.png"
    make(path)
    with pytest.raises(NoPicture) as refused:
        file_picture(path, 6, 6)
    assert found in refused.value.found.lower() and expected in refused.value.expected
    assert "\n" not in str(refused.value)


def test_a_file_that_breaks_off_is_refused(tmp_path):
    path = save(tmp_path / "whole.png", [[r * c % 256 for c in range(64)] for r in range(64)])
    whole = path.read_bytes()
    for length in (20, 60, len(whole) // 2):
        path.write_bytes(whole[:length])
        with pytest.raises(NoPicture, match="expected a picture"):
            file_picture(path, 6, 6)


def test_a_random_picture_has_its_share_and_is_the_seed_s():
    first = random_picture(0.3, 1, 10, 7)
    assert sum(map(sum, first)) == 21
    assert (len(first), {len(row) for row in first}) == (10, {7})
    assert first == random_picture(0.3, 1, 10, 7) != random_picture(0.3, 2, 10, 7)
    with pytest.raises(NoPicture, match="no dark cell"):
        random_picture(0.01, 0, 3, 3)


def test_pictures_need_neither_numpy_nor_matplotlib():
    code = (
        "import sys; from experiments.multi_point.settings import MultiPointSettings as S; S();"
        "sys.exit(str({'numpy', 'torch', 'matplotlib'} & set(sys.modules) or ''))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stderr.strip() == ""
