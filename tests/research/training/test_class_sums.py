"""Sums by class: a slow loop, float64, labels that are ignored, and tasks without classes."""

import pytest
import torch

from research.settings.errors import SettingsError
from research.training.class_sums import (
    ClassSums,
    number_of_classes,
    over_processes,
    training_counts,
)
from tests.parity.module import ParityTask


def one_by_one(losses, labels, correct, classes):
    """Losses, labels and right answers by class, in Python's numbers."""
    rows = [[0.0] * classes, [0] * classes, [0] * classes]
    for loss, label, right in zip(losses.tolist(), labels.tolist(), correct.tolist(), strict=True):
        if label >= 0:
            rows[0][label] += loss
            rows[1][label] += 1
            rows[2][label] += right
    return rows


def test_the_slow_loop():
    generator = torch.Generator().manual_seed(0)
    sums = ClassSums(7, "cpu")
    parts = []
    for size in (100, 1, 33):
        labels = torch.randint(0, 6, (size,), generator=generator)  # the last class is absent
        labels[::5] = -100
        losses = torch.rand(size, generator=generator)
        correct = torch.rand(size, generator=generator) < 0.5
        sums.add(losses, labels, correct)
        parts.append((losses, labels, correct))
    expected = one_by_one(*(torch.cat(part) for part in zip(*parts, strict=True)), 7)
    found = sums.values()
    assert found.tolist() == [pytest.approx(row) for row in expected]
    assert found[1, 6] == found[0, 6] == 0 and found[1].sum() == 134 - 28


@pytest.mark.parametrize("kind", [torch.uint8, torch.int16, torch.int32])
def test_labels_are_whole_numbers_of_any_kind(kind):
    sums = ClassSums(300, "cpu")
    sums.add(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 2, 2], dtype=kind))
    assert sums.values()[:2, [0, 1, 2, 299]].tolist() == [[1, 0, 6, 0], [1, 0, 2, 0]]


def test_sums_are_float64_and_counts_whole():
    """In float32 a small loss would vanish beside a large one, and a count stop at 2**24."""
    sums = ClassSums(1, "cpu")
    label = torch.zeros(1, dtype=torch.long)
    sums.add(torch.tensor([2.0**24]), label)
    sums.labels.fill_(2**24)
    for _ in range(3):
        sums.add(torch.ones(1), label)
    assert sums.values()[:2].tolist() == [[2**24 + 3], [2**24 + 3]]


def test_what_is_taken_up_goes_on_to_the_bit():
    generator = torch.Generator().manual_seed(1)
    whole, first, second = (ClassSums(3, "cpu") for _ in range(3))
    second.add(torch.ones(2), torch.tensor([0, 2]))  # forgotten when it takes up others
    for part in range(4):
        losses = torch.rand(50, generator=generator)
        labels = torch.randint(-1, 3, (50,), generator=generator)
        whole.add(losses, labels, labels == 0)
        if part == 2:
            second.put(first.values())
        (second if part >= 2 else first).add(losses, labels, labels == 0)
    assert torch.equal(second.values(), whole.values())
    second.clear()
    assert not second.values().any()


def test_nothing_waits_for_numbers():
    """Tensors without numbers stand for a device that is not done yet: to read one is an error."""
    sums = ClassSums(5, "meta")
    labels = torch.empty(7, dtype=torch.long, device="meta")
    sums.add(torch.empty(7, device="meta"), labels, labels == 0)
    assert sums.values().shape == (3, 5)
    with pytest.raises((NotImplementedError, RuntimeError)):
        labels[labels >= 0]  # whose size would have to be read


def test_no_process_has_nothing_to_say():
    assert over_processes({}, 2) == {}


def test_labels_that_are_no_classes_are_told():
    outputs, task = torch.zeros(3, 1), ParityTask()
    with pytest.raises(SettingsError, match=r"ParityTask has labels of torch.float32 and outputs"):
        number_of_classes(outputs, torch.zeros(3), task)
    with pytest.raises(SettingsError, match=r"shape \[3\], expected whole labels and a logit"):
        number_of_classes(outputs[:, 0], torch.zeros(3, dtype=torch.long), task)
    assert number_of_classes(torch.zeros(2, 5, 9), torch.zeros(10, dtype=torch.long), task) == 9


def test_training_labels_are_counted_and_ignored_ones_are_not():
    task = ParityTask()
    task.splits["train"]["y"][:4] = torch.tensor([-100, 3, 3, 0])
    rest = task.splits["train"]["y"][4:]
    expected = [1 + int((rest == 0).sum()), int((rest == 1).sum()), 0, 2, 0]
    assert training_counts(task, 5).tolist() == expected
    with pytest.raises(SettingsError, match="has a label 3, expected less than 3, the classes of"):
        training_counts(task, 3)
