import os
import subprocess
import sys

import pytest

from research.records.atomic import remove_leftovers, write_atomically


def test_replaces_the_whole_file(tmp_path):
    path = tmp_path / "status"
    write_atomically(path, b"a long first version")
    write_atomically(path, b"short")
    assert path.read_bytes() == b"short"
    assert [file.name for file in tmp_path.iterdir()] == ["status"]


def test_a_failure_keeps_the_old_file_and_leaves_no_other(tmp_path, monkeypatch):
    path = tmp_path / "status"
    write_atomically(path, b"old")

    def fails(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["status"]


def test_writes_beside_the_target_so_that_no_other_filesystem_is_involved(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    write_atomically(tmp_path / "a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "atomic", b"")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_leftovers_of_a_killed_process_are_removed_and_nothing_else(tmp_path):
    killed = (
        "import os, sys; from pathlib import Path; from research.records import atomic\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), 9)\n"
        "atomic.write_atomically(Path(sys.argv[1]), b'new')"
    )
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "1.ckpt").write_bytes(b"whole")
    (folder / ".theirs.tmp").write_bytes(b"another program's")
    command = [sys.executable, "-c", killed, str(folder / "1.ckpt")]
    assert subprocess.run(command, check=False).returncode == -9
    assert len(list(folder.iterdir())) == 3
    remove_leftovers(tmp_path)
    assert {path.name for path in folder.iterdir()} == {"1.ckpt", ".theirs.tmp"}
    assert (folder / "1.ckpt").read_bytes() == b"whole"
