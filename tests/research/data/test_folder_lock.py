"""One at a time in the data folder, though the file of the lock comes and goes."""

import threading

import pytest

from research.data.folder_lock import alone_in


class Visitor(threading.Thread):
    """Enters the folder, and leaves it when it is told to."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder = folder
        self.waits, self.is_in, self.may_leave = (threading.Event() for _ in range(3))
        self.start()

    def run(self):
        with alone_in(self.folder, self.folder / "mnist", self.waits.set):
            self.is_in.set()
            assert self.may_leave.wait(60)

    def leave(self):
        self.may_leave.set()
        self.join(60)
        assert not self.is_alive()


def test_who_waited_for_a_folder_that_was_removed_is_alone_in_the_new_one(tmp_path):
    folder = tmp_path / "a" / "b"
    first = Visitor(folder)
    assert first.is_in.wait(60)
    second = Visitor(folder)
    assert second.waits.wait(60)
    first.leave()
    assert second.is_in.wait(60)
    third = Visitor(folder)
    assert third.waits.wait(60), "it would see no lock if the second held that of the first"
    assert not third.is_in.is_set()
    second.leave()
    assert third.is_in.wait(60)
    third.leave()
    assert list(tmp_path.iterdir()) == []


def test_what_came_stays_and_so_does_a_folder_that_was_there(tmp_path):
    (tmp_path / "old").mkdir()
    with alone_in(tmp_path / "old", tmp_path / "old", pytest.fail):
        assert (tmp_path / "old" / ".download.lock").exists()
    with alone_in(tmp_path / "new", tmp_path / "new" / "mnist", pytest.fail):
        (tmp_path / "new" / "mnist").mkdir()
        (tmp_path / "new" / "mnist" / "file").touch()
    with pytest.raises(ZeroDivisionError), alone_in(tmp_path / "x", tmp_path / "x", pytest.fail):
        (tmp_path / "x" / "half").mkdir(parents=True)
        (tmp_path / "x" / "half").rmdir()
        raise ZeroDivisionError
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert names == ["new", "new/mnist", "new/mnist/file", "old"]
