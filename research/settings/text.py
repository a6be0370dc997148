"""Settings of text, and of the experiments that train on it. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.training import TrainingSettings

TextSet = Literal[
    "python_docs", "tiny_shakespeare", "wikitext2", "wikitext103", "penn_treebank", "folder"
]

WITH_TEST_PART: tuple[TextSet, ...] = ("wikitext2", "wikitext103", "penn_treebank")
"""The sets that their authors split into a training, a validation and a test part."""

Sources = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], ...],
    Field(strict=False, min_length=1),
]


class VocabularySettings(Settings):
    """What a text is cut into, and how many different pieces are told apart."""

    name: Literal["word", "character", "bpe"] = "word"
    """Words and punctuation, characters, or byte pairs (as GPT-2 merges them)."""
    size: int | None = Field(default=4000, ge=3)
    """Most tokens, <unk> and <eos> of words among them: the most frequent ones of the training
    text; null means all of them. Byte pairs need a number, and it is at least 256."""

    @model_validator(mode="after")
    def _byte_pairs_have_a_size(self) -> Self:
        if self.name == "bpe" and (self.size or 0) < 256:
            refuse("size", self.size, "at least 256, because byte pairs begin with every byte")
        return self


class TextSettings(Settings):
    """Text in two parts, train and validation, cut into pieces of equal length."""

    name: TextSet = "python_docs"
    """`python_docs` comes with Python and its packages; `folder` is any folder of text files.

    The files of the others are looked for in the data folder, and downloaded to it where they are
    missing.
    """
    sources: Sources = ("numpy", "sklearn")
    """Of python_docs: `topics` (Python's reference, as `help()` shows it), `library` (docstrings of
    the standard library), and installed packages, whose docstrings are read."""
    folder: str | None = Field(default=None, min_length=1)
    """Of `folder`: which one; text files in it and below it are read, ordered by their paths."""
    train_part: Literal["train", "validation"] = "train"
    """Which official part is trained on. `validation` is small: its validation is the test part."""
    allow_unofficial: bool = False
    """Whether a local file is used whose checksum is not the official one; provenance says so."""
    lower_case: bool = False
    """Whether capital letters become small ones."""
    vocabulary: VocabularySettings = VocabularySettings()
    context: int = Field(default=32, ge=1)
    """Tokens that a piece predicts; it has one more, since each is predicted from those before."""
    train_tokens: int | None = Field(default=None, ge=2)
    """Tokens that are trained on, the first of the text; null means all."""
    validation_tokens: int | None = Field(default=None, ge=2)
    """Tokens that are held out, the first of that part; null means all."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return ("train", "validation")

    @property
    def one_for_all(self) -> Self:
        """The same for all settings that cut the same text into the same tokens."""
        return self.model_copy(
            update={"context": 1, "train_tokens": None, "validation_tokens": None}
        )

    @model_validator(mode="after")
    def _folder_is_named(self) -> Self:
        if (self.name == "folder") != (self.folder is not None):
            expected = "a folder of text files" if self.folder is None else "null"
            refuse("folder", self.folder, f"{expected}, because the text is {self.name}")
        return self

    @model_validator(mode="after")
    def _there_is_a_test_part(self) -> Self:
        if self.train_part == "validation" and self.name not in WITH_TEST_PART:
            names = ", ".join(WITH_TEST_PART)
            refuse("train_part", self.train_part, f"train, because only {names} have a test part")
        return self

    @model_validator(mode="after")
    def _there_is_a_piece(self) -> Self:
        for key in ("train_tokens", "validation_tokens"):
            tokens = getattr(self, key)
            if tokens is not None and tokens <= self.context:
                refuse(key, tokens, f"more than the context of {self.context}")
        return self


class UsesText(Settings):
    """What an experiment has that uses text."""

    data: TextSettings = TextSettings()
    data_folder: str | None = None
    """Folder of data files; null means $DESCENT_DATA, or ~/.cache/descent where that is unset."""


class TextTrainingSettings(UsesText, TrainingSettings):
    """The settings of an experiment that trains on text; it adds its model."""

    def splits(self) -> tuple[str, ...]:
        """Names of the splits that are evaluated."""
        return self.data.splits
