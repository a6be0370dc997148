"""A text as models see it: a vocabulary, and both parts as numbers, cut into pieces.

A piece has context + 1 tokens: each but the first is predicted from those before it. The next piece
begins with the last token of this one, so that every token but the text's first is predicted once.
Nothing is filled up: what is left at the end of a part is not used.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.data.text.prepared import prepare
from research.settings.errors import SettingsError
from research.settings.text import TextSettings


@dataclass(frozen=True)
class Text:
    """The pieces of both parts, and what their numbers stand for.

    Attributes:
        tokens: what each number stands for: [classes].
        splits: {"train": {"tokens": [n, context + 1] int32}, "validation": ...}.
    """

    tokens: tuple[str, ...]
    splits: dict[str, dict[str, Tensor]]


def load_text(settings: TextSettings, data_folder: str | None = None) -> Text:
    """The pieces of the text that the settings name.

    Args:
        settings: which text, and what it is cut into.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder. Nothing is
            downloaded here: the command line does it, with `research.data.download`.

    Raises:
        SettingsError: a file is missing, damaged or not the official one, or a part is shorter than
            a piece.
    """
    prepared = prepare(settings, data_folder)
    limits = {"train": settings.train_tokens, "validation": settings.validation_tokens}
    splits = {}
    for name, encoded in prepared.parts.items():
        numbers = torch.frombuffer(encoded, dtype=torch.int32) if encoded else torch.empty(0)
        if len(numbers) <= settings.context:
            raise SettingsError(
                f"the {name} part of {settings.name} has {len(numbers)} tokens, expected more than"
                f" the context of {settings.context}"
            )
        splits[name] = {"tokens": pieces(numbers[: limits[name]], settings.context)}
    return Text(prepared.tokens, splits)


def pieces(numbers: Tensor, context: int) -> Tensor:
    """Pieces that share one token with the next: [tokens] -> [n, context + 1]."""
    return numbers.unfold(0, context + 1, context).contiguous()
