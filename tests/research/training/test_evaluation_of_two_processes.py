"""Evaluations and sums by class of two processes are those of one, of few examples too."""

import multiprocessing

import pytest
import torch
import torch.distributed as distributed

from research.training.class_sums import ClassSums, over_processes
from research.training.evaluation import evaluate
from tests.parity.module import ParityTask

# A worker of pytest-xdist has threads, which newer Pythons warn of; the children use none of them.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

SIZES = (37, 3, 1, 0)


def measure(rank, world_size):
    """Means and sums by class, of splits that are ever smaller."""
    torch.manual_seed(1)
    task = ParityTask()
    task.model.eval()
    found = {}
    for size in SIZES:
        split = {name: column[:size].clone() for name, column in task.splits["train"].items()}
        split["y"][1:2] = -100
        task.losses_of = lambda outputs, batch: torch.nn.functional.cross_entropy(
            outputs, batch["y"], reduction="none"
        )
        largest = lambda outputs, batch: ({}, {"largest": outputs.amax(dim=1)})  # noqa: E731
        sums = ClassSums(2, "cpu")

        def observe(losses, outputs, batch, sums=sums):
            sums.add(losses, batch["y"], task.correct(outputs, batch))

        values = evaluate(task, task.model, split, 4, largest, rank, world_size, observe).values()
        (by_class,) = over_processes({"split": sums}, world_size).values()
        found[size] = values, by_class.tolist()
    return found


def in_a_process(rank, file, queue):
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=2)
    queue.put((rank, measure(rank, 2)))
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def of_two(tmp_path_factory):
    context = multiprocessing.get_context("fork")
    queue, file = context.SimpleQueue(), tmp_path_factory.mktemp("two") / "meeting"
    processes = [context.Process(target=in_a_process, args=(rank, file, queue)) for rank in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    hanging = [process for process in processes if process.is_alive()]
    for process in hanging:
        process.kill()
    assert not hanging and [process.exitcode for process in processes] == [0, 0]
    return dict(queue.get() for _ in processes)


@pytest.fixture(scope="module")
def of_one():
    return measure(0, 1)


@pytest.mark.parametrize("size", SIZES)
def test_two_processes_find_what_one_finds(of_two, of_one, size):
    for rank in (0, 1):
        values, by_class = of_two[rank][size]
        expected, expected_by_class = of_one[size]
        assert values == pytest.approx(expected, rel=1e-12)
        assert by_class == [pytest.approx(row, rel=1e-12) for row in expected_by_class]
    counted = sum(of_one[size][1][1])
    assert counted == size - (size > 1)


def test_a_split_without_examples_measures_nothing(of_one):
    assert of_one[0][0] == {}
