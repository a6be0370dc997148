"""Byte pairs as in GPT-2: bytes, and what the most frequent neighbours were merged to.

Source: Sennrich et al. (2016), on bytes as in Radford et al. (2019), section 2.2. The merges are
learned from the training passages by the package `tokenizers`.
"""

import os
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from research.data.text.vocabularies import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_AT_ONCE = 1000
"""Passages that are encoded together."""


class BytePairVocabulary(Vocabulary):
    """Bytes and merged bytes; a line break ends each passage, and no text is unknown.

    Tokens are written as GPT-2 does: a space is Ġ, a line break Ċ.

    Args:
        tokenizer: of the package `tokenizers`.
    """

    def __init__(self, tokenizer: "Tokenizer") -> None:
        self._tokenizer = tokenizer
        size = tokenizer.get_vocab_size()
        self.tokens = tuple(tokenizer.id_to_token(number) or "" for number in range(size))

    @classmethod
    def made_from(cls, passages: Iterable[str], size: int) -> "BytePairVocabulary":
        """The 256 bytes and `size` - 256 merges, or as many as the passages have."""
        # Unless this is said, forking a process later writes a warning to the terminal.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        tokenizer.train_from_iterator(_with_ends(passages), trainer)
        return cls(tokenizer)

    def encode(self, passages: Iterable[str]) -> "array[int]":
        """Byte pairs as numbers of 32 bits: [tokens]."""
        encoded: array[int] = array("i")
        lines = _with_ends(passages)
        while some := list(islice(lines, _AT_ONCE)):
            for each in self._tokenizer.encode_batch(some, add_special_tokens=False):
                encoded.extend(each.ids)
        return encoded

    def decode(self, numbers: Iterable[int]) -> str:
        """The text that numbers stand for."""
        return str(self._tokenizer.decode(list(numbers), skip_special_tokens=False))

    def rules(self) -> str:
        """The merges, as the package writes them."""
        return str(self._tokenizer.to_str())


def _with_ends(passages: Iterable[str]) -> Iterator[str]:
    return (f"{passage}\n" for passage in passages)
