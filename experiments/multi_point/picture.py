"""The picture that a loss surface is to show: from a text, a file, or at random. No torch.

Settings are checked by drawing their picture, so that a wrong file is refused at once.
"""

import random
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from research.seeds import derive

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

Picture = tuple[tuple[bool, ...], ...]
"""Rows from the top, of cells from the left: whether each is good, that is, of the drawing."""

LEAST_HEIGHT = 5
"""Cells of a letter's height, below which it can't be read."""
MIDDLE = 128
"""Grey from which a pixel or a cell is light, of 255."""
_BIG = 200
_UNKNOWN = "\U0010fffe"


class NoPicture(Exception):
    """Nothing can be drawn: what was found, and what was expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.found = found
        self.expected = expected


def text_picture(text: str, rows: int, columns: int) -> Picture:
    """A text in bold letters, as large as fits with one cell around it.

    Raises:
        NoPicture: there is nothing to draw, or too little room for it.
    """
    from PIL import Image, ImageDraw

    if not text.isprintable():
        raise NoPicture(repr(text), "one line of letters that can be printed")
    font = _font()
    unknown = bytes(font.getmask(_UNKNOWN))
    for letter in text:
        if not letter.isspace() and bytes(font.getmask(letter)) == unknown:
            raise NoPicture(repr(text), f"letters of the font DejaVu Sans, not {letter!r}")
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    if not text.strip() or right <= left or bottom <= top:
        raise NoPicture(repr(text), "at least one letter")
    drawing = Image.new("L", (right - left, bottom - top), 255)
    ImageDraw.Draw(drawing).text((-left, -top), text, font=font, fill=0)
    height = round(drawing.height * _scale(drawing, rows, columns))
    if height < LEAST_HEIGHT:
        wanted = f"a larger grid: its letters would be {height} cells high in {rows} x {columns}"
        raise NoPicture(repr(text), f"a shorter text, or {wanted}")
    return _fitted(drawing, rows, columns)


def file_picture(path: Path, rows: int, columns: int) -> Picture:
    """The dark parts of a picture file, as large as fits with one cell around it.

    Transparent parts are white. The picture is grey before it is made small, and cells darker than
    half are good.

    Raises:
        NoPicture: the file is not there or no picture, or has no dark or no light parts.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            colours = image.convert("RGBA")
    except FileNotFoundError:
        raise NoPicture(str(path), "a file that exists") from None
    except UnidentifiedImageError:
        raise NoPicture(str(path), "a picture, for example a PNG file") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise NoPicture(f"{path} ({reason})", "a picture that can be read") from None
    white = Image.new("RGBA", colours.size, "white")
    grey = Image.alpha_composite(white, colours).convert("L")
    pixels = grey.tobytes()
    darkest, lightest = min(pixels), max(pixels)
    for missing, lacks in (("dark", darkest >= MIDDLE), ("light", lightest < MIDDLE)):
        if lacks:
            raise NoPicture(f"{path}, which has no {missing} pixel", "pixels of both kinds")
    picture = _fitted(grey, rows, columns)
    return _with_both_kinds(picture, str(path))


def random_picture(share: float, seed: int, rows: int, columns: int) -> Picture:
    """Good cells at random, exactly that share of them, to the nearest cell.

    Raises:
        NoPicture: the share leaves no good cell, or no bad one.
    """
    count = rows * columns
    good = round(share * count)
    cells = [True] * good + [False] * (count - good)
    random.Random(derive(seed, "random picture")).shuffle(cells)
    picture = tuple(tuple(cells[row * columns : (row + 1) * columns]) for row in range(rows))
    return _with_both_kinds(picture, f"a share of {share:g}")


def _with_both_kinds(picture: Picture, found: str) -> Picture:
    cells = {cell for row in picture for cell in row}
    if len(cells) != 2:
        missing = "dark" if cells == {False} else "light"
        shape = f"{len(picture)} x {len(picture[0])}"
        raise NoPicture(f"{found}, which has no {missing} cell in {shape}", "cells of both kinds")
    return picture


def _scale(drawing: "Image", rows: int, columns: int) -> float:
    return min((rows - 2) / drawing.height, (columns - 2) / drawing.width)


def _fitted(drawing: "Image", rows: int, columns: int) -> Picture:
    """A grey drawing in the middle of a white grid; each pixel is the mean of what it covers."""
    from PIL import Image

    scale = _scale(drawing, rows, columns)
    width, height = (max(1, round(scale * side)) for side in drawing.size)
    small = drawing.resize((width, height), Image.Resampling.BOX)
    grid = Image.new("L", (columns, rows), 255)
    grid.paste(small, ((columns - width) // 2, (rows - height) // 2))
    grey = grid.tobytes()
    return tuple(
        tuple(value < MIDDLE for value in grey[row * columns : (row + 1) * columns])
        for row in range(rows)
    )


def _font() -> "FreeTypeFont":
    """DejaVu Sans Bold, which matplotlib brings along; found without importing matplotlib."""
    from PIL import ImageFont

    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    fonts = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(fonts / "DejaVuSans-Bold.ttf"), _BIG)
