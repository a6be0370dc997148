"""Checkpoints: whole or not at all, the newest valid one, and no code from strangers."""

import os
import pickle

import pytest
import torch

from research.training.checkpoints import (
    CheckpointError,
    DurableCheckpointIO,
    all_checkpoints,
    file_name,
    load,
    newest_valid,
)


def save(folder, step):
    path = folder / file_name(step)
    content = {"state_dict": {"w": torch.full((100,), float(step))}, "global_step": step}
    DurableCheckpointIO().save_checkpoint(content, path)
    return path


def test_the_newest_is_found(tmp_path):
    paths = [save(tmp_path, step) for step in (5, 1000, 20)]
    assert all_checkpoints(tmp_path) == [paths[1], paths[2], paths[0]]
    found = newest_valid(tmp_path)
    assert (found.path, found.step, found.damaged) == (paths[1], 1000, [])


def test_a_truncated_newest_is_named_and_the_older_one_used(tmp_path):
    older, newest = save(tmp_path, 10), save(tmp_path, 20)
    os.truncate(newest, newest.stat().st_size // 2)
    found = newest_valid(tmp_path)
    assert found.path == older
    assert len(found.damaged) == 1 and str(newest) in found.damaged[0]


def test_a_flipped_bit_is_noticed(tmp_path):
    path = save(tmp_path, 10)
    data = bytearray(path.read_bytes())
    middle = data.index(torch.full((100,), 10.0).numpy().tobytes()) + 40
    data[middle] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="damaged"):
        load(path)


def test_none_left_is_a_clear_error(tmp_path):
    for step in (1, 2):
        save(tmp_path, step).write_bytes(b"")
    with pytest.raises(CheckpointError, match="none of 2 checkpoints can be used"):
        newest_valid(tmp_path)


def test_no_checkpoint_means_from_the_start(tmp_path):
    assert newest_valid(tmp_path / "missing").path is None


class Evil:
    def __reduce__(self):
        return os.system, ("touch pwned",)


def test_a_pickle_is_refused_and_does_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = tmp_path / file_name(1)
    plain.write_bytes(pickle.dumps(Evil()))
    packed = tmp_path / file_name(2)
    torch.save({"state_dict": Evil(), "global_step": 2}, packed)
    for path in (plain, packed):
        with pytest.raises(CheckpointError) as error:
            load(path)
        assert "\n" not in str(error.value) and str(path) in str(error.value)
    assert not (tmp_path / "pwned").exists()


def test_a_failed_write_leaves_the_old_file(tmp_path):
    import resource

    path = save(tmp_path, 1)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            save(tmp_path, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
