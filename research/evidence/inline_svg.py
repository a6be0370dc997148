"""An SVG file as part of an HTML page: nothing that runs, nothing that loads, no id twice.

A record may come from a stranger, so what is inlined is built from an allow-list, not cleaned by a
deny-list.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html import escape
from pathlib import Path

from research.records.errors import RecordError

DRAWN = (
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "image",
)
PAINT = ("linearGradient", "radialGradient", "stop", "marker", "pattern", "clipPath", "style")
ELEMENTS = frozenset(("svg", "g", "defs", "use", *DRAWN, *PAINT))
REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")]+)['\"]?\s*\)")
LOADS = re.compile(r"url\((?!#)|@import|expression\(|\\", re.IGNORECASE)
"""Style that could load something, or hide that it does behind an escape."""


@dataclass(frozen=True)
class InlineFigure:
    """A figure for the report.

    Attributes:
        name: file name without ending.
        title: what it shows, in a few words.
        text: its caption.
        markup: the `<svg>` element as HTML.
    """

    name: str
    title: str
    text: str
    markup: str


def inline_svg(path: Path, prefix: str) -> InlineFigure:
    """Reads an SVG file for a page.

    Args:
        path: the file.
        prefix: put before every id, since ids are unique within a page only if it is.

    Raises:
        RecordError: the file is no SVG.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (ElementTree.ParseError, ValueError) as error:
        raise RecordError(f"{path}: found no SVG ({error}); redraw with --redraw") from error
    if _local(root.tag) != "svg":
        raise RecordError(
            f"{path}: found <{_local(root.tag)}>, expected <svg>; redraw with --redraw"
        )
    title = _description(root, "title") or path.stem
    text = _description(root, "description")
    _keep_allowed(root, prefix)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib.update({"role": "img", "aria-labelledby": f"{prefix}title"})
    markup = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    head, _, rest = markup.partition(">")
    titled = f'{head}><title id="{escape(prefix)}title">{escape(title)}</title>{rest}'
    return InlineFigure(path.stem, title, text, titled)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _description(root: ElementTree.Element, name: str) -> str:
    """Text of the Dublin Core element that matplotlib's `metadata` becomes."""
    element = root.find(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
    return (element.text or "").strip() if element is not None else ""


def _keep_allowed(element: ElementTree.Element, prefix: str) -> None:
    element.tag = _local(element.tag)
    element.attrib = dict(
        kept
        for name, value in element.attrib.items()
        if (kept := _attribute(element.tag, _local(name), value, prefix)) is not None
    )
    if element.tag == "style" and LOADS.search(element.text or ""):
        element.text = ""
    for child in list(element):
        if isinstance(child.tag, str) and _local(child.tag) in ELEMENTS:
            _keep_allowed(child, prefix)
        else:
            element.remove(child)


def _attribute(tag: str, name: str, value: str, prefix: str) -> tuple[str, str] | None:
    """The attribute as it may stay, or None."""
    if name.lower().startswith("on"):
        return None
    if name == "id":
        return name, prefix + value
    if name == "href":
        if value.startswith("#"):
            return name, f"#{prefix}{value[1:]}"
        return (name, value) if tag == "image" and value.startswith("data:image/png;") else None
    value = REFERENCE.sub(lambda match: f"url(#{prefix}{match[1]})", value)
    return None if LOADS.search(value) else (name, value)
