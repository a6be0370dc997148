"""A cache folder for each test, and texts to put in files."""

import pytest


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where tokens are kept: tmp_path/cache/descent/text."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "descent" / "text"


@pytest.fixture
def folder(tmp_path):
    """A folder with two short texts: the second is held out."""
    home = tmp_path / "texts"
    home.mkdir()
    (home / "a.txt").write_text("the cat and the dog\nthe End\n")
    (home / "b.txt").write_text("the cow and\n")
    return home
