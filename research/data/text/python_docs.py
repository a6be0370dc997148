"""Text that is on every machine: Python's own documentation, and that of installed packages.

Two sources come with Python: the reference manual's topics, which `help()` shows, and the standard
library's docstrings. Docstrings are read from the syntax trees of source files: nothing is
imported, and none that code makes at run time is seen. The text depends on the versions of Python
and of the packages; `python_docs_versions` names them.
"""

import ast
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from research.data.text.passages import Corpus
from research.settings.errors import SettingsError

HOLD_OUT_EVERY = 10
"""Of the modules in order of their names, every so manyth is held out."""

_LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "dist-packages", "distutils"}
"""Folders whose files are not read; distutils is there before Python 3.12 only."""

Modules = dict[str, list[str]]
"""The docstrings of each module (or the text of each topic) by name."""


def python_docs(sources: Sequence[str]) -> Corpus:
    """Docstrings and topics of all sources, whole modules in one of the two parts.

    Args:
        sources: "topics", "library", or names of packages.

    Raises:
        SettingsError: a package is not installed.
    """
    modules: Modules = {}
    for source in sources:
        modules |= _topics() if source == "topics" else _docstrings(source)
    names = sorted(modules)
    held_out = set(names[HOLD_OUT_EVERY - 1 :: HOLD_OUT_EVERY])
    return Corpus(
        train=[text for name in names if name not in held_out for text in modules[name]],
        validation=[text for name in names if name in held_out for text in modules[name]],
    )


def python_docs_versions(sources: Sequence[str]) -> dict[str, str]:
    """The versions that the text depends on, by name.

    Raises:
        SettingsError: a package is not installed.
    """
    versions = {"python": platform.python_version()}
    for source in sources:
        if source not in ("topics", "library"):
            _root(source)  # refuses what is not installed
            versions[source] = importlib.metadata.version(_distributions()[source][0])
    return versions


@cache
def _distributions() -> Mapping[str, list[str]]:
    """What packages are installed as: sklearn is scikit-learn's. It takes tenths of a second."""
    return importlib.metadata.packages_distributions()


def fingerprint(sources: Sequence[str]) -> str:
    """What the text depends on, cheaper than the text: versions, and the files that are read.

    A file counts with its name, its length and when it was last changed.
    """
    digest = hashlib.sha256(f"{list(sources)} {python_docs_versions(sources)}".encode())
    for source in sources:
        for name, path in () if source == "topics" else source_files(source):
            status = path.stat()
            digest.update(f"{source} {name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def source_files(source: str) -> list[tuple[str, Path]]:
    """Module names and files of the standard library or a package, ordered by name.

    Folders of tests are left out.

    Raises:
        SettingsError: the package is not installed.
    """
    root, prefix = _root(source)
    files = []
    for here, below, names in os.walk(root):
        below[:] = [name for name in below if name not in _LEFT_OUT]
        paths = (Path(here, name) for name in names if name.endswith(".py"))
        for path in filter(Path.is_file, paths):  # a link may lead nowhere
            parts = path.relative_to(root).with_suffix("").parts
            files.append((".".join((*prefix, *parts)), path))
    return sorted(files)


def _root(source: str) -> tuple[Path, tuple[str, ...]]:
    if source == "library":
        return Path(sysconfig.get_paths()["stdlib"]), ()
    # Nothing that is no distribution is asked about: find_spec fails for names such as __main__.
    found = importlib.util.find_spec(source) if source in _distributions() else None
    if found is None or not found.submodule_search_locations:
        raise SettingsError(
            f"data.sources has {source}, expected topics, library or an installed package"
        )
    return Path(found.submodule_search_locations[0]), (source,)


def _topics() -> Modules:
    from pydoc_data.topics import topics

    return {f"topics.{name}": [text] for name, text in topics.items()}


def _docstrings(source: str) -> Modules:
    modules = {name: list(docstrings_of(path)) for name, path in source_files(source)}
    return {name: texts for name, texts in modules.items() if texts}


def docstrings_of(path: Path) -> Iterator[str]:
    """The docstrings of a module, its classes and functions, in order of their places.

    A file that is no Python (or that of another version) has none.

    Raises:
        SettingsError: it can't be read.
    """
    try:
        with tokenize.open(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python will refuse one day
            tree = ast.parse(file.read())
    except (SyntaxError, ValueError):
        return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"{path} can't be read ({reason}), expected Python source") from error
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    for node in sorted(nodes, key=lambda node: getattr(node, "lineno", 0)):
        text = ast.get_docstring(node)
        if text:
            yield text
