"""Pieces: every token but the first is predicted once, and none is filled up."""

import pytest
import torch

from research.data.text.tokens import load_text, pieces
from research.settings.errors import SettingsError
from research.settings.text import TextSettings, VocabularySettings

CHARACTERS = VocabularySettings(name="character", size=None)


@pytest.mark.parametrize(("length", "n"), [(10, 3), (11, 3), (12, 3), (13, 4), (4, 1)])
def test_pieces_share_one_token(length, n):
    found = pieces(torch.arange(length), 3)
    slow = [list(range(start, start + 4)) for start in range(0, length - 3, 3)]
    assert found.tolist() == slow
    assert len(slow) == n
    assert found.is_contiguous()


def test_both_parts_in_pieces(folder, cache):
    data = TextSettings(name="folder", folder=str(folder), vocabulary=CHARACTERS, context=5)
    text = load_text(data)
    train, validation = (text.splits[name]["tokens"] for name in ("train", "validation"))
    assert train.dtype == torch.int32
    whole = "the cat and the dog\nthe End\n"
    rows = ["".join(text.tokens[number] for number in row) for row in train.tolist()]
    assert rows == [whole[start : start + 6] for start in range(0, len(whole) - 5, 5)]
    assert validation.shape == (2, 6)  # 12 characters
    assert text.tokens[validation[0, 5]] == "o"
    assert validation[1, 1] == 0  # w is not in the training text


def test_only_the_first_tokens(folder, cache):
    data = TextSettings(
        name="folder",
        folder=str(folder),
        vocabulary=CHARACTERS,
        context=5,
        train_tokens=11,
        validation_tokens=6,
    )
    text = load_text(data)
    every = load_text(data.model_copy(update={"train_tokens": None, "validation_tokens": None}))
    assert [len(split["tokens"]) for split in text.splits.values()] == [2, 1]
    assert torch.equal(text.splits["train"]["tokens"], every.splits["train"]["tokens"][:2])
    assert text.tokens == every.tokens


@pytest.mark.parametrize(("context", "part"), [(40, "train"), (12, "validation")])
def test_a_part_that_is_shorter_than_a_piece_is_refused(folder, cache, context, part):
    data = TextSettings(name="folder", folder=str(folder), vocabulary=CHARACTERS, context=context)
    with pytest.raises(SettingsError, match=f"^the {part} part of folder has .* than the context"):
        load_text(data)


def test_a_part_without_text_is_refused(folder, cache):
    (folder / "b.txt").write_text("")
    data = TextSettings(name="folder", folder=str(folder), vocabulary=CHARACTERS)
    with pytest.raises(SettingsError, match="has 0 tokens"):
        load_text(data.model_copy(update={"context": 4}))
