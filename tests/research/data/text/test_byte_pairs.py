"""Byte pairs against merges by hand; no text is unknown to them."""

from collections import Counter

from research.data.text.byte_pairs import BytePairVocabulary

LINES = ["low low low low low", "lower lower", "newest newest newest newest newest newest", "wide"]


def slow_merges(words, wanted):
    """The most frequent neighbours of all words are merged, again and again."""
    pieces = {word: tuple(word) for word in words}
    merged = []
    while len(merged) < wanted:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(pieces[word], pieces[word][1:], strict=False):
                pairs[pair] += count
        best = max(pairs.values())
        merged.append({left + right for (left, right), n in pairs.items() if n == best})
        [pair] = [pair for pair, n in pairs.items() if n == best]  # this text has no ties
        for word, old in pieces.items():
            new, i = [], 0
            while i < len(old):
                step = 2 if old[i : i + 2] == pair else 1
                new.append("".join(old[i : i + step]))
                i += step
            pieces[word] = tuple(new)
    return [next(iter(each)) for each in merged]


def test_the_first_merges_are_those_of_the_most_frequent_neighbours():
    lines = ["abab ab", "abab cd ab", "ab abc"]
    words = Counter({"abab": 2, "ab": 1, "Ġab": 2, "Ġcd": 1, "Ġabc": 1, "Ċ": 3})
    vocabulary = BytePairVocabulary.made_from(lines, 259)
    merges = slow_merges(words, 3)
    assert merges == ["ab", "Ġab", "abab"]
    assert list(vocabulary.tokens[256:]) == merges


def test_any_text_comes_back():
    vocabulary = BytePairVocabulary.made_from(LINES, 270)
    assert len(vocabulary.tokens) == 270
    for text in ("newest low", "Ünï ☃ \t x", ""):
        encoded = vocabulary.encode([text])
        assert max(encoded) < 270
        assert vocabulary.decode(encoded) == f"{text}\n"
    assert len(vocabulary.encode(["low"] * 2500)) == 2500 * len(vocabulary.encode(["low"]))


def test_it_is_the_same_every_time_and_ends_where_nothing_is_left_to_merge():
    first, second = (BytePairVocabulary.made_from(LINES, 400) for _ in range(2))
    assert first.rules() == second.rules()
    assert 256 < len(first.tokens) < 400
