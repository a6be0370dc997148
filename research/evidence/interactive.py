"""Figures to turn and zoom by hand: one HTML file each, with all it needs, linked by the report.

They hold a script, which the report itself never does; so they stand beside it, not in it.
"""

import html
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_HEAD_BYTES = 4096


@dataclass(frozen=True)
class Link:
    """A file beside the report.

    Attributes:
        title: what it shows.
        address: where it lies, as seen from the report.
    """

    title: str
    address: str


def page(name: str, figure: "Figure") -> bytes:
    """A plotly figure as one HTML file that opens with no network, titled as the figure is.

    The same figure gives the same bytes.
    """
    title = str(figure.layout.title.text or name)
    markup = str(
        figure.to_html(
            include_plotlyjs=True,
            full_html=True,
            div_id=name,
            default_height="96vh",
            config={"displaylogo": False, "responsive": True},
        )
    )
    head = f'<head><link rel="icon" href="data:,"><title>{html.escape(_plain(title))}</title>'
    return markup.replace("<head>", head, 1).encode()


def _plain(title: str) -> str:
    """A title without plotly's markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", title).split())


def link_to(path: Path, folder: Path) -> Link:
    """The link to an interactive figure from a report in `folder`."""
    with path.open("rb") as file:
        found = _TITLE.search(file.read(_HEAD_BYTES).decode(errors="replace"))
    title = html.unescape(found[1]) if found else path.stem
    return Link(title, _relative(path, folder))


def _relative(path: Path, folder: Path) -> str:
    """The address of a file from a folder, as a relative URL."""
    return quote(Path(os.path.relpath(path, folder)).as_posix())
