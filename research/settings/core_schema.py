"""YAML 1.2's core schema: `1e-3` is a number, `no` a word, `017` seventeen.

ruamel.yaml's own 1.2 rules still read `1_000`, `0b1` and dates, and not `-.5e1`; these are the
rules of the specification (YAML 1.2.2, section 10.3.2), used for reading and for writing alike.
"""

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node, ScalarNode
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

PlainData = Any
"""What YAML and JSON hold: dicts with text as keys, lists, text, numbers, truth values, None."""

PREFIX = "tag:yaml.org,2002:"

_PATTERNS = {
    "null": re.compile(r"~|null|Null|NULL|"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
    ),
    "merge": re.compile("<<"),
}


def kind_of(text: str) -> str:
    """What an unquoted scalar is: null, bool, int, float, merge (the key `<<`) or str."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(text)), "str")


def value_of(text: str, kind: str) -> PlainData:
    """The plain value of a scalar.

    Raises:
        ValueError: the text is not of that kind, as in `!!int "x"`.
    """
    if kind in {"str", "merge"}:
        return text
    if not _PATTERNS[kind].fullmatch(text):
        raise ValueError(f"{text!r} is no {kind}")
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        case _:
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


class CoreResolver(BaseResolver):
    """Gives every scalar its tag by the core schema, whatever version a document says it has."""

    def __init__(
        self, version: object = None, loader: object = None, loadumper: object = None
    ) -> None:
        del version
        super().__init__(loader if loader is not None else loadumper)

    @property
    def processing_version(self) -> tuple[int, int]:
        """YAML 1.2, which the scanner asks for."""
        return (1, 2)

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> Tag:
        """The tag of a node; an unquoted scalar's depends on its text."""
        if kind is ScalarNode and implicit[0]:
            return Tag(suffix=PREFIX + kind_of(value))
        tag: Tag = super().resolve(kind, value, (False, False))
        return tag


def dump_yaml(data: PlainData) -> str:
    """Plain data as YAML 1.2 that reads back the same; lists of scalars stand on one line."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = CoreResolver
    yaml.width = 4096
    yaml.representer.ignore_aliases = lambda _: True
    stream = io.StringIO()
    yaml.dump(_inline_lists(data), stream)
    return stream.getvalue()


def _inline_lists(data: PlainData) -> PlainData:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(data, dict):
        return CommentedMap((key, _inline_lists(value)) for key, value in data.items())
    if isinstance(data, list | tuple):
        items = CommentedSeq(_inline_lists(item) for item in data)
        if not any(isinstance(item, dict | list) for item in items):
            items.fa.set_flow_style()
        return items
    return data
