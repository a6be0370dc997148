"""Words and characters: which are kept, in which order, and what becomes of the others."""

import pytest

from research.data.text.vocabularies import CharacterVocabulary, WordVocabulary, words_of

LINES = ["b a a c", "", "a b <unk> d <unk> <unk> <unk>"]


def slow_numbers(tokens, lines):
    """The obvious way: every word and the end of each line, looked up in a list."""
    words = [word for line in lines for word in [*line.split(), "<eos>"]]
    return [tokens.index(word) if word in tokens else tokens.index("<unk>") for word in words]


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        (None, ("<unk>", "<eos>", "a", "b", "c", "d")),
        (5, ("<unk>", "<eos>", "a", "b", "c")),  # c and d are equally frequent
        (3, ("<unk>", "<eos>", "a")),
    ],
)
def test_the_most_frequent_words_are_kept_and_others_are_unknown(size, tokens):
    vocabulary = WordVocabulary.made_from(LINES, "spaces", size)
    assert vocabulary.tokens == tokens
    for lines in (LINES, ["e a", "d d"]):
        encoded = vocabulary.encode(lines)
        assert encoded.itemsize == 4
        assert list(encoded) == slow_numbers(tokens, lines)


def test_words_are_runs_of_letters_and_single_other_signs():
    text = "It's a_b: x=2.5!\n\tNaïve <unk> <eos>"
    words = ["It", "'", "s", "a_b", ":", "x", "=", "2", ".", "5", "!", "Naïve", "<unk>"]
    assert words_of(text, "words") == [*words, "<", "eos", ">"]
    assert words_of("It's a @-@ b .", "spaces") == ["It's", "a", "@-@", "b", "."]


def test_characters_end_with_a_line_break():
    vocabulary = CharacterVocabulary.made_from(["abba", "b"], None)
    assert vocabulary.tokens == ("<unk>", "b", "\n", "a")  # 3, 2 and 2 of them
    assert list(vocabulary.encode(["ab", "c"])) == [3, 1, 2, 0, 2]
    assert CharacterVocabulary.made_from(["abba", "b"], 3).tokens == ("<unk>", "b", "\n")
