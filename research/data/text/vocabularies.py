"""Vocabularies: what a text is cut into, numbered by how frequent each piece is.

All are made from the training passages alone, and two machines make the same one: ties are broken
by the tokens themselves. Byte pairs have a file of their own.
"""

import re
from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from research.data.text.passages import Split

UNKNOWN, END = "<unk>", "<eos>"
"""Words beyond the vocabulary, and the end of a passage."""

_WORD = re.compile(r"<unk>|\w+|[^\w\s]")


class Vocabulary(ABC):
    """The tokens of a text.

    Attributes:
        tokens: what each number stands for: [classes].
    """

    tokens: tuple[str, ...]

    @abstractmethod
    def encode(self, passages: Iterable[str]) -> "array[int]":
        """The passages one after the other, as numbers of 32 bits: [tokens]."""

    def rules(self) -> str:
        """What encoding needs besides the tokens, as text."""
        return ""


class _Counted(Vocabulary):
    """Tokens that are counted and looked up; <unk> stands for those that are not there."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)

    def encode(self, passages: Iterable[str]) -> "array[int]":
        """Tokens as numbers of 32 bits: [tokens]."""
        numbers = {token: number for number, token in enumerate(self.tokens)}
        unknown = numbers[UNKNOWN]
        encoded: array[int] = array("i")
        for passage in passages:
            encoded.extend(numbers.get(token, unknown) for token in self._pieces(passage))
        return encoded

    @abstractmethod
    def _pieces(self, passage: str) -> Iterator[str]: ...


class WordVocabulary(_Counted):
    """The most frequent words, <unk> for all others, and <eos> after each passage.

    Args:
        tokens: all of them, <unk> and <eos> too.
        split: how words are told apart.
    """

    def __init__(self, tokens: Sequence[str], split: Split) -> None:
        super().__init__(tokens)
        self.split = split

    @classmethod
    def made_from(cls, passages: Iterable[str], split: Split, size: int | None) -> "WordVocabulary":
        """The most frequent words of the passages; <unk> and <eos> are two of the `size` tokens."""
        counts = Counter(chain.from_iterable(words_of(passage, split) for passage in passages))
        counts.pop(UNKNOWN, None)
        counts.pop(END, None)
        words = most_frequent(counts, None if size is None else size - 2)
        return cls((UNKNOWN, END, *words), split)

    def _pieces(self, passage: str) -> Iterator[str]:
        yield from words_of(passage, self.split)
        yield END


class CharacterVocabulary(_Counted):
    """The most frequent characters, and <unk> for all others; a line break ends each passage."""

    @classmethod
    def made_from(cls, passages: Iterable[str], size: int | None) -> "CharacterVocabulary":
        """The most frequent characters of the passages; <unk> is one of the `size` tokens."""
        counts = Counter(chain.from_iterable(f"{passage}\n" for passage in passages))
        return cls((UNKNOWN, *most_frequent(counts, None if size is None else size - 1)))

    def _pieces(self, passage: str) -> Iterator[str]:
        yield from passage
        yield "\n"


def words_of(passage: str, split: Split) -> list[str]:
    """The words of a passage, without <eos>."""
    return passage.split() if split == "spaces" else _WORD.findall(passage)


def most_frequent(counts: "Counter[str]", size: int | None) -> list[str]:
    """The most frequent tokens first; of equally frequent ones in the order of their characters."""
    return sorted(counts, key=lambda token: (-counts[token], token))[:size]
