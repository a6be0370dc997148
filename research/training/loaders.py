"""What Lightning iterates over in place of examples: chunks of steps, and names of splits."""

from collections.abc import Callable, Iterable, Iterator


class Chunks:
    """The numbers of steps that lead to the next evaluation.

    Args:
        steps_left: how many they are in all, asked for at the beginning of each pass.
        most: steps of one chunk, at most.
    """

    def __init__(self, steps_left: Callable[[], int], most: int) -> None:
        self.steps_left = steps_left
        self.most = most

    def __iter__(self) -> Iterator[int]:
        """At least one chunk: of no steps, where only the evaluation is left to do."""
        left = self.steps_left()
        yield from (min(self.most, left - done) for done in range(0, max(left, 1), self.most))


class Splits:
    """The names of the splits that an evaluation covers."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)
