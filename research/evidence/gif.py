"""Animations as GIF files: they play in a report, in a slide and in a README, with no script.

All frames share one palette, so that colours do not flicker; the caption travels in the file's
comment, as it does in the metadata of an SVG.
"""

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.evidence.inline_svg import InlineFigure
from research.records.errors import RecordError

if TYPE_CHECKING:
    from matplotlib.animation import TimedAnimation
    from PIL.Image import Image

GIF_DOTS_PER_INCH = 72
COLOURS = 256


def gif_bytes(animation: "TimedAnimation", title: str, text: str) -> bytes:
    """A GIF that repeats for ever, at the animation's own pace.

    Args:
        animation: its figure's layout should stand still: no layout engine.
        title: what it shows, in a few words.
        text: its caption.
    """
    from matplotlib.animation import AbstractMovieWriter

    frames: list[Image] = []

    class Collector(AbstractMovieWriter):
        """Keeps each frame as an image."""

        def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
            super().setup(fig, outfile, dpi)

        def grab_frame(self, **options: Any) -> None:
            from PIL import Image

            stream = io.BytesIO()
            # Read back at once, so there is no use in packing it.
            options["pil_kwargs"] = {"compress_level": 0}
            self.fig.savefig(stream, format="png", dpi=self.dpi, **options)
            frames.append(Image.open(stream).convert("RGB"))

        def finish(self) -> None:
            """Nothing is left to do."""

    # The file's name is asked for, but nothing is written there; nor is the writer's pace used.
    animation.save("unused.gif", writer=Collector(fps=1), dpi=GIF_DOTS_PER_INCH)
    interval: int = animation._interval  # type: ignore[attr-defined]  # matplotlib types no more
    return _encode(frames, interval, f"{title}\n{text}")


def _encode(frames: "list[Image]", milliseconds: int, comment: str) -> bytes:
    from PIL.Image import Dither

    palette = frames[-1].quantize(COLOURS)
    first, *others = [frame.quantize(palette=palette, dither=Dither.NONE) for frame in frames]
    stream = io.BytesIO()
    first.save(
        stream,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=milliseconds,
        loop=0,
        comment=comment.encode(),
    )
    return stream.getvalue()


def inline_gif(path: Path) -> InlineFigure:
    """Reads a GIF file for a page, as data within an `<img>`.

    Raises:
        RecordError: the file is no GIF.
    """
    from PIL import Image

    data = path.read_bytes()
    try:
        with Image.open(io.BytesIO(data), formats=["GIF"]) as image:
            comment = image.info.get("comment", b"").decode(errors="replace")
    except OSError as error:
        raise RecordError(f"{path}: found no GIF; redraw with --redraw") from error
    title, _, text = comment.partition("\n")
    title = title or path.stem
    encoded = base64.b64encode(data).decode()
    markup = f'<img alt="{escape(title)}" src="data:image/gif;base64,{encoded}">'
    return InlineFigure(path.stem, title, text, markup)
