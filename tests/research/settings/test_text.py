"""Settings of text: what does not fit together is refused."""

import pytest
from pydantic import ValidationError

from research.settings.text import TextSettings, TextTrainingSettings, VocabularySettings


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"name": "folder"}, "folder is None, expected a folder of text files, because"),
        ({"name": "folder", "folder": ""}, "at least 1 character"),
        ({"folder": "x"}, "folder is x, expected null, because the text is python_docs"),
        ({"train_part": "validation"}, "train_part is validation, expected train, because only"),
        ({"sources": ["os.path"]}, "String should match pattern"),
        ({"sources": []}, "at least 1 item"),
        ({"context": 8, "train_tokens": 8}, "train_tokens is 8, expected more than the context"),
        ({"context": 8, "validation_tokens": 2}, "validation_tokens is 2, expected more than the"),
        ({"vocabulary": {"name": "bpe", "size": 255}}, "size is 255, expected at least 256"),
        ({"vocabulary": {"name": "bpe", "size": None}}, "size is None, expected at least 256"),
        ({"vocabulary": {"size": 2}}, "greater than or equal to 3"),
    ],
)
def test_what_is_refused(found, words):
    with pytest.raises(ValidationError) as error:
        TextSettings.model_validate(found)
    assert words in str(error.value)


def test_what_is_taken():
    for found in (
        {},
        {"name": "folder", "folder": "texts"},
        {"name": "wikitext2", "train_part": "validation"},
        {"sources": ["topics"], "vocabulary": {"name": "character", "size": None}},
        {"vocabulary": {"name": "bpe", "size": 256}, "context": 8, "train_tokens": 9},
    ):
        assert TextSettings.model_validate(found).splits == ("train", "validation")
    assert TextTrainingSettings().splits() == ("train", "validation")
    assert VocabularySettings().size == 4000


def test_pieces_do_not_change_the_tokens():
    long, short = (TextSettings(context=n, train_tokens=n + 5) for n in (20, 10))
    assert long != short
    assert long.one_for_all == short.one_for_all != TextSettings(lower_case=True).one_for_all
