"""What the processes of one run agree on, where it has several: who computes what, and when to end.

Every function here is called by all processes of a run together, or waits for ever.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
import torch.distributed as distributed

from research.training.interruption import Interruption


def agree_on_a_signal(interruption: Interruption, device: torch.device) -> None:
    """Lets all know of a signal that has reached one of them.

    Args:
        interruption: of this process.
        device: where the backend of the processes can add numbers up.
    """
    asked = torch.tensor(interruption.signal_number or 0, device=device)
    distributed.all_reduce(asked, op=distributed.ReduceOp.MAX)
    interruption.signal_number = int(asked) or None


def groups(
    indices: Iterable[int], needs: Callable[[int], Iterable[int]], size: int
) -> Iterator[tuple[int, ...]]:
    """Splits points into groups that can be computed at once, in their order.

    Args:
        indices: of the points, rising.
        needs: the earlier points that one builds upon; none of them is in its group.
        size: most points of a group.
    """
    group: tuple[int, ...] = ()
    for index in indices:
        if group and (len(group) == size or not set(group).isdisjoint(needs(index))):
            yield group
            group = ()
        group += (index,)
    if group:
        yield group


def exchange(compute: Callable[[], Any]) -> list[Any]:
    """What each process computes, by rank, known to all; it must be picklable.

    Raises:
        Exception: what `compute` raised, here or elsewhere, in all processes alike: the first by
            rank, or this process's own.
    """
    mine: Any
    try:
        mine, problem = compute(), None
    except Exception as error:
        mine, problem = None, error
    everyones: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(everyones, (mine, _picklable(problem)))
    for found in (problem, *(each[1] for each in everyones)):
        if found is not None:
            raise found
    return [each[0] for each in everyones]


def _picklable(error: Exception | None) -> Exception | None:
    """The error, or one that says the same where it can't be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def own_share(group: Sequence[int], rank: int) -> int | None:
    """The point of a group that a process computes; None where there are fewer points."""
    return group[rank] if rank < len(group) else None
