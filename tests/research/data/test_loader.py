"""The in-memory loader: every example once an epoch, and exact resume in mid-epoch."""

import pytest
import torch

from research.data.loader import IndexLoader


def take(loader, batches):
    return [loader.next() for _ in range(batches)]


def test_an_epoch_holds_every_example_once():
    loader = IndexLoader(10, 4, seed=0)
    batches = take(loader, 3)
    assert [size for _, size in batches] == [4, 4, 2]
    assert torch.cat([indices for indices, _ in batches]).sort().values.tolist() == list(range(10))


def test_a_dropped_last_batch_begins_the_next_epoch():
    loader = IndexLoader(10, 4, seed=0, last_batch="drop")
    assert [size for _, size in take(loader, 4)] == [4, 4, 4, 4]
    assert loader.state_dict() == {"epoch": 1, "position": 8}


def test_order_depends_on_seed_and_epoch_alone():
    first = take(IndexLoader(20, 5, seed=3), 8)
    again = take(IndexLoader(20, 5, seed=3), 8)
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(first, again, strict=True))
    assert not torch.equal(
        torch.cat([i for i, _ in first[:4]]), torch.cat([i for i, _ in first[4:]])
    )
    other = take(IndexLoader(20, 5, seed=4), 4)
    assert not torch.equal(first[0][0], other[0][0])


@pytest.mark.parametrize("stop", range(12))
def test_resume_goes_on_with_the_very_next_batch(stop):
    whole = take(IndexLoader(23, 5, seed=1), 12)
    loader = IndexLoader(23, 5, seed=1)
    take(loader, stop)
    resumed = IndexLoader(23, 5, seed=1)
    resumed.load_state_dict(loader.state_dict())
    rest = take(resumed, 12 - stop)
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(whole[stop:], rest, strict=True))


def test_processes_share_each_batch():
    whole = take(IndexLoader(23, 8, seed=1), 6)
    shares = [take(IndexLoader(23, 8, seed=1, rank=rank, world_size=2), 6) for rank in (0, 1)]
    for (indices, size), (left, left_size), (right, right_size) in zip(whole, *shares, strict=True):
        assert size == left_size == right_size == len(left) + len(right)
        assert set(indices.tolist()) == set(left.tolist()) | set(right.tolist())


def test_full_batch_is_the_whole_set_in_order():
    loader = IndexLoader(6, None, seed=0)
    assert take(loader, 2)[1][0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_batch_too_small_to_share_is_refused():
    with pytest.raises(ValueError, match="batch of 1 examples is shared by 2 processes"):
        IndexLoader(9, 4, seed=0, world_size=2)
