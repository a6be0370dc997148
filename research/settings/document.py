"""A YAML file as plain data that knows the line of every key.

Only the core tags are read, so a file from a stranger can not run code. Merge keys (`<<: *name`)
are allowed; a key that stands twice is refused, because the second would silently win.
"""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import MappingStartEvent, ScalarEvent
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from research.settings.core_schema import PREFIX, CoreResolver, PlainData, value_of
from research.settings.errors import SettingsError, shown

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the root, for example ("optimizer", "betas", 1)."""

LARGEST_FILE = 2**20
DEEPEST_NESTING = 100
LARGEST_TREE = 50_000


@dataclass(frozen=True, eq=False)
class Document:
    """Plain data, and the line on which each part of it stands. Equal is only the same one.

    Attributes:
        name: how messages call it: the file's path.
        data: dicts, lists, text, numbers, truth values and None.
        lines: line of every key path, counted from 1. What an anchor brings has
            the anchor's line.
    """

    name: str
    data: PlainData
    lines: dict[KeyPath, int]


def read_document(path: Path) -> Document:
    """Reads a settings file.

    Raises:
        SettingsError: it is missing, not UTF-8, no YAML 1.2, has a key twice or a tag.
    """
    name = path_shown(path)
    document = parse_document(_read(path, name), name)
    if not isinstance(document.data, dict):
        raise SettingsError(f"{name}:1: found {shown(document.data)}, expected keys and values")
    return document


def parse_document(text: str, name: str) -> Document:
    """Reads YAML text; `name` stands for the file in messages.

    Raises:
        SettingsError: as `read_document`.
    """
    try:
        root = _compose(text)
        builder = _Builder(name)
        data = builder.build(root, ()) if root is not None else None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SettingsError(f"{name}:{line}: {_problem(error)}") from error
    except YAMLError as error:
        raise SettingsError(f"{name}: is not YAML 1.2: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise SettingsError(f"{name}: is nested too deeply") from error
    return Document(name, data, builder.lines)


def read_first(path: Path, key: str) -> str:
    """The text at the first key of a settings file, without reading on.

    A list of all experiments would wait a second for what it does not show.

    Raises:
        SettingsError: the file can't be read, or does not begin with this key and a text.
    """
    name = path_shown(path)
    text = _read(path, name)
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        first = list(itertools.islice(events, 5))
    except YAMLError:
        first = []
    match first:
        case [_, _, MappingStartEvent(), ScalarEvent(value=str(found)), ScalarEvent(value=str(it))]:
            if found == key:
                return it
    raise SettingsError(f"{name}: expected {key} as the first key, and a text")


def parse_value(text: str) -> PlainData:
    """The value of a command-line override: one YAML 1.2 scalar, list `[1, 2]` or mapping `{a: 1}`.

    Raises:
        ValueError: the text is no such value; it says why.
    """
    try:
        root = _compose(text)
        if root is None:
            raise ValueError("there is no value")
        if isinstance(root, CollectionNode) and not root.flow_style:
            raise ValueError("lists are written [a, b] and groups {key: value}; quote text")
        return _Builder("").build(root, ())
    except MarkedYAMLError as error:
        raise ValueError(_problem(error)) from error
    except YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except SettingsError as error:
        raise ValueError(str(error).partition(": ")[2]) from error


def path_shown(path: Path) -> str:
    """The path relative to the current directory where it lies inside, else absolute."""
    absolute = path.absolute()
    inside = absolute.is_relative_to(Path.cwd())
    return str(absolute.relative_to(Path.cwd()) if inside else absolute)


def _compose(text: str) -> Node | None:
    if _brackets_open(text) > DEEPEST_NESTING:  # whose parsing takes time that grows as the square
        raise RecursionError
    yaml = YAML(typ="safe", pure=True)  # "rt" gathers comments, and leaves marks in folded text
    yaml.Resolver = CoreResolver
    root: Node | None = yaml.compose(text)
    return root


def _brackets_open(text: str) -> int:
    """The most brackets that are open at once; those in quotes count too."""
    steps = (1 if letter in "[{" else -1 for letter in text if letter in "[]{}")
    return max(itertools.accumulate(steps), default=0)


def _read(path: Path, name: str) -> str:
    try:
        if path.is_dir():
            raise SettingsError(f"{name}: is a folder, expected a YAML file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise SettingsError(f"{name}: is larger than 1 MiB, expected a YAML file of settings")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{name}:{line}: is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{name}: can't be read: {error.strerror}") from error


def _problem(error: MarkedYAMLError) -> str:
    """What ruamel.yaml found, on one line, without its advice to its own users."""
    parts = [part for part in (error.context, error.problem) if part]
    return "is not YAML 1.2: " + " ".join(", ".join(parts).split())


def _tag(node: Node) -> str:
    """The tag as the user wrote it."""
    tag = str(node.tag)
    return "!!" + tag.removeprefix(PREFIX) if tag.startswith(PREFIX) else tag


@dataclass
class _Builder:
    """Turns nodes into plain data and notes their lines."""

    name: str
    lines: dict[KeyPath, int] = field(default_factory=dict)
    _open: list[int] = field(default_factory=list)
    _built: int = 0

    def build(self, node: Node, path: KeyPath) -> PlainData:
        """The data of a node; the line of its path is its own unless its key has noted one."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        self._built += 1
        if id(node) in self._open:
            raise self._error(node, "an anchor contains itself")
        if self._built > LARGEST_TREE:
            raise self._error(node, f"found more than {LARGEST_TREE:,} values")
        self._open.append(id(node))
        try:
            return self._data(node, path)
        finally:
            self._open.pop()

    def _data(self, node: Node, path: KeyPath) -> PlainData:
        kind = str(node.tag).removeprefix(PREFIX)
        match node:
            case MappingNode() if kind == "map":
                return self._mapping(node, path)
            case SequenceNode() if kind == "seq":
                return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
            case ScalarNode() if kind in {"str", "null", "bool", "int", "float", "merge"}:
                return self._scalar(node, kind)
        raise self._error(node, f"found the tag {_tag(node)}, expected plain data")

    def _scalar(self, node: ScalarNode, kind: str) -> PlainData:
        try:
            return value_of(node.value, kind)
        except ValueError as error:
            raise self._error(node, str(error)) from error

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, PlainData]:
        own: dict[str, Node] = {}
        merged: list[Node] = []
        for key, value in node.value:
            if str(key.tag) == PREFIX + "merge":
                if merged:
                    raise self._error(key, "<< stands here again; merge a list: <<: [*a, *b]")
                merged.extend(value.value if isinstance(value, SequenceNode) else [value])
                continue
            name = self._key(key)
            if name in own:
                first = self.lines[(*path, name)]
                raise self._error(key, f"the key {name} stands here again, first on line {first}")
            own[name] = value
            self.lines[(*path, name)] = key.start_mark.line + 1
        data = self._merged(merged, path, set(own))
        data.update((name, self.build(value, (*path, name))) for name, value in own.items())
        return data

    def _merged(self, nodes: list[Node], path: KeyPath, hidden: set[str]) -> dict[str, PlainData]:
        """What `<<` brings in: earlier mappings win over later ones, and the own keys over all."""
        data: dict[str, PlainData] = {}
        for node in nodes:
            if not isinstance(node, MappingNode):
                raise self._error(node, "<< takes a mapping, or a list of mappings")
            builder = _Builder(self.name, _open=self._open, _built=self._built)
            for name, value in builder.build(node, path).items():
                if name not in data and name not in hidden:
                    data[name] = value
                    self._take_lines(builder, (*path, name))
            self._built = builder._built
        return data

    def _take_lines(self, other: "_Builder", path: KeyPath) -> None:
        deep = len(path)
        self.lines.update((p, line) for p, line in other.lines.items() if p[:deep] == path)

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise self._error(node, "found a list or mapping as a key, expected a word")
        if str(node.tag).removeprefix(PREFIX) not in {"str", "null", "bool", "int", "float"}:
            raise self._error(node, f"found the tag {_tag(node)} on a key, expected a word")
        return str(node.value)

    def _error(self, node: Node, problem: str) -> SettingsError:
        return SettingsError(f"{self.name}:{node.start_mark.line + 1}: {problem}")
