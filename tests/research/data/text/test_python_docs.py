"""Docstrings of a small package that is written here, and of what is installed."""

import importlib
import os
import sys
import types
from textwrap import dedent

import numpy
import pytest

from research.data.text import python_docs as module
from research.data.text.python_docs import (
    docstrings_of,
    fingerprint,
    python_docs,
    python_docs_versions,
    source_files,
)
from research.settings.errors import SettingsError

SOURCE = '''
"""A module."""

def f():
    """A function,

        indented."""
    def inner():
        "Inside."
    x = """No docstring."""

class C:
    r"""A class \\d."""
    async def g(self):
        """Later."""

def without(): ...
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """An installed package of 21 modules, tests in it, and a file that is no Python."""
    home = tmp_path / "toy"
    for name in ("toy", "toy/tests", "toy/sub", "toy_doc-1.2.dist-info"):
        (tmp_path / name).mkdir()
    for number in range(20):
        (home / f"m{number:02}.py").write_text(f'"""Module {number}."""\n')
    (home / "sub" / "last.py").write_text(dedent(SOURCE))
    (home / "sub" / "python2.py").write_text('"""No."""\nprint 1\n')
    (home / "sub" / "empty.py").write_text("")
    (home / "sub" / "latin.py").write_bytes(b'"""No."""\n\n\n# \xff\n')
    (home / "sub" / "zero.py").write_bytes(b'"""No."""\n\x00')
    (home / "a_link.py").symlink_to(tmp_path / "nowhere.py")
    (home / "tests" / "test.py").write_text('"""A test."""\n')
    information = tmp_path / "toy_doc-1.2.dist-info"
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-doc\nVersion: 1.2\n")
    (information / "top_level.txt").write_text("toy\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    module._distributions.cache_clear()
    yield home
    module._distributions.cache_clear()


def test_docstrings_in_the_order_of_their_places(toy):
    assert list(docstrings_of(toy / "sub" / "last.py")) == [
        "A module.",
        "A function,\n\nindented.",
        "Inside.",
        r"A class \d.",
        "Later.",
    ]
    with pytest.raises(SettingsError, match=rf"^{toy}/none.py can't be read \(no such file"):
        list(docstrings_of(toy / "none.py"))
    for name in ("python2", "empty", "latin", "zero"):
        assert list(docstrings_of(toy / "sub" / f"{name}.py")) == []


def test_every_tenth_module_is_held_out_and_tests_are_left_out(toy):
    corpus = python_docs(["toy"])
    assert corpus.validation == ["Module 9.", "Module 19."]
    assert corpus.train[:10] == [*(f"Module {number}." for number in range(9)), "Module 10."]
    assert corpus.train[-5:] == list(docstrings_of(toy / "sub" / "last.py"))
    assert len(corpus.train) == 18 + 5
    assert corpus.split == "words"


def test_the_fingerprint_changes_with_the_files_and_the_versions(toy, tmp_path):
    before = fingerprint(["toy"])
    assert fingerprint(["toy"]) == before != fingerprint(["toy", "topics"])
    path = toy / "m00.py"
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    touched = fingerprint(["toy"])
    assert touched != before
    metadata = tmp_path / "toy_doc-1.2.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("1.2", "1.3"))
    assert fingerprint(["toy"]) != touched


def test_versions(toy):
    versions = python_docs_versions(["topics", "library", "numpy", "toy", "sklearn"])
    assert list(versions) == ["python", "numpy", "toy", "sklearn"]
    assert versions["numpy"] == numpy.__version__
    assert versions["toy"] == "1.2"


@pytest.mark.parametrize("name", ["no_such_package", "json", "typing_extensions"])
def test_what_is_no_installed_package_is_refused(name):
    for function in (python_docs, fingerprint, python_docs_versions):
        with pytest.raises(SettingsError, match=rf"^data.sources has {name}, expected topics, lib"):
            function([name])


def test_a_module_that_knows_not_where_it_is_from_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "no_origin", types.ModuleType("no_origin"))  # as __main__ may
    with pytest.raises(SettingsError, match=r"^data\.sources has no_origin, expected topics, lib"):
        fingerprint(["no_origin"])


def test_the_sources_that_are_everywhere():
    topics = python_docs(["topics"])
    assert sum(len(text.split()) for text in topics.train) > 30_000
    assert not set(topics.train) & set(topics.validation)
    files = dict(source_files("library"))
    assert {"argparse", "email.message", "asyncio.tasks"} <= files.keys()
    others = [name for name in files if {"test", "site-packages"} & set(name.split("."))]
    assert others == []
    names = [name for name, _ in source_files("numpy")]
    assert names == sorted(names)
    assert not [name for name in names if ".tests." in name or ".distutils." in name]
