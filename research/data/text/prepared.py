"""From settings to numbers: a text is read, its vocabulary is made, and both parts are encoded.

That happens once on a machine: the numbers are kept in the cache folder, and read from there by
every run after. One process makes them while others wait.
"""

import hashlib
import json
import sys
from functools import cache
from pathlib import Path

from research.data.folder_lock import alone_in
from research.data.local_files import cache_folder
from research.data.text.byte_pairs import BytePairVocabulary
from research.data.text.frozen import Prepared, freeze, thaw
from research.data.text.passages import Corpus
from research.data.text.sources import Source, find_source
from research.data.text.vocabularies import CharacterVocabulary, Vocabulary, WordVocabulary
from research.settings.errors import SettingsError
from research.settings.text import TextSettings, VocabularySettings

SETTINGS = ("name", "sources", "lower_case", "vocabulary", "train_part")
"""Which settings the numbers depend on; pieces are cut and limited when they are read."""


def prepare(settings: TextSettings, setting: str | None) -> Prepared:
    """The numbers of a text.

    Args:
        settings: which text, and what it is cut into.
        setting: the data folder of the settings, see `data_folder`.

    Raises:
        SettingsError: as `find_source`; or what was kept is damaged, or can't be kept.
    """
    return prepare_source(settings, find_source(settings, setting))


def prepare_source(settings: TextSettings, source: Source) -> Prepared:
    """The numbers of a text whose source is known, as `prepare` does."""
    folder = cache_folder() / "text"
    path = folder / f"{_key(settings, source)}.tokens"
    if not path.exists():
        try:
            with alone_in(folder, folder, lambda: None):
                if not path.exists():  # nobody else was faster
                    prepared, rules = make(settings, source.read())
                    freeze(prepared, path, rules)
                    return prepared
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SettingsError(
                f"{folder} can't be written ({reason}), expected a folder to keep tokens in; name"
                " another cache folder with $XDG_CACHE_HOME"
            ) from error
    return thaw(path)


def make(settings: TextSettings, corpus: Corpus) -> tuple[Prepared, str]:
    """The numbers of a corpus, and the rules of their vocabulary."""
    text_sha256 = corpus.sha256()
    if settings.lower_case:
        corpus = corpus.lower()
    vocabulary = make_vocabulary(settings.vocabulary, corpus)
    rules = vocabulary.rules()
    parts = {"train": corpus.train, "validation": corpus.validation}
    prepared = Prepared(
        tokens=vocabulary.tokens,
        parts={name: vocabulary.encode(passages) for name, passages in parts.items()},
        text_sha256=text_sha256,
        vocabulary_sha256=_sha256(json.dumps([vocabulary.tokens, rules])),
    )
    return prepared, rules


def make_vocabulary(settings: VocabularySettings, corpus: Corpus) -> Vocabulary:
    """The vocabulary that the settings name, made from the training passages."""
    match settings.name:
        case "word":
            return WordVocabulary.made_from(corpus.train, corpus.split, settings.size)
        case "character":
            return CharacterVocabulary.made_from(corpus.train, settings.size)
        case "bpe":
            return BytePairVocabulary.made_from(corpus.train, settings.size or 0)


def _key(settings: TextSettings, source: Source) -> str:
    """Changes with what the numbers depend on: the text, the settings, the code, the machine."""
    chosen = settings.model_dump(mode="json", include=set(SETTINGS))
    package = _tokenizers_version() if settings.vocabulary.name == "bpe" else ""
    parts = [chosen, source.identity, _code(), package, sys.byteorder]
    return _sha256(json.dumps(parts, sort_keys=True))[:32]


@cache
def _code() -> str:
    """A hash of the sources of this package: what older ones kept is not read by newer ones."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return _sha256("".join(path.read_text(encoding="utf-8") for path in files))


def _tokenizers_version() -> str:
    from importlib.metadata import version

    return version("tokenizers")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
