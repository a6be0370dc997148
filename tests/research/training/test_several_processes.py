"""Points in groups that can be computed at once; what is sent between processes."""

import pickle

from callbacks.divergence import Diverged
from research.training.several_processes import _picklable, groups, own_share


def test_groups_are_as_large_as_may_be_and_keep_the_order():
    assert list(groups([0, 1, 2, 4, 5], lambda index: (), 2)) == [(0, 1), (2, 4), (5,)]
    assert list(groups(range(7), lambda index: (), 3)) == [(0, 1, 2), (3, 4, 5), (6,)]
    assert list(groups([], lambda index: (), 3)) == []


def test_no_point_is_in_one_group_with_one_that_it_needs():
    chain = list(groups(range(3), lambda index: range(index), 2))
    assert chain == [(0,), (1,), (2,)]
    levels = list(groups(range(6), lambda index: (0,) if index < 4 else (0, 1, 2, 3), 2))
    assert levels == [(0,), (1, 2), (3,), (4, 5)]


def test_every_process_has_its_share():
    assert [own_share((4, 7), rank) for rank in range(3)] == [4, 7, None]


def test_an_error_says_the_same_elsewhere():
    class Unsendable(Exception):
        def __init__(self, one, two):
            super().__init__(f"{one} and {two}")

    sent = _picklable(Unsendable(1, 2))
    assert type(sent) is RuntimeError and str(sent) == "Unsendable: 1 and 2"
    diverged = pickle.loads(pickle.dumps(_picklable(Diverged(3, float("inf"), "width 5"))))
    assert str(diverged) == "loss is inf at width 5" and diverged.step == 3
    assert str(Diverged(3, 1.0)) == "loss is 1.0 at step 3"
