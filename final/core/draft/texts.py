"""The texts of a column: several words that come again, and values that are one value in several spellings."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

MOST_TEXTS = 1000  # that are looked at
LEAST_WORDS = 3  # in a text, on average: names and codes have fewer
LEAST_TEXTS = 3  # that share a word
WORD = re.compile(r"[^\W\d_]+")


def are_mostly_different(counts: Mapping[str, int]) -> bool:
    """Whether a value occurs less than twice, on average."""
    return len(counts) * 2 > sum(counts.values())


def have_words(texts: Iterable[str]) -> bool:
    """Whether texts have several words, and most texts have one that others have too, but not all."""
    words_of_texts = [set(WORD.findall(text.casefold())) for text, _ in zip(texts, range(MOST_TEXTS), strict=False)]
    total = len(words_of_texts)
    if sum(map(len, words_of_texts)) < LEAST_WORDS * total:
        return False
    texts_of_word = Counter(word for words in words_of_texts for word in words)
    shared = {word for word, count in texts_of_word.items() if LEAST_TEXTS <= count <= 0.9 * total}
    return sum(not words.isdisjoint(shared) for words in words_of_texts) * 2 > total


def bare(value: str) -> str:
    """A value without letter case and surplus spaces."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def spelling(value: str) -> str:
    """The same without the accents of Latin letters, and without spaces, hyphens and _ between letters."""
    unaccented = re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", unicodedata.normalize("NFD", bare(value)))
    return re.sub(r"(?<=[^\W\d_])[\s_-]+(?=[^\W\d_])", "", unaccented)


def spellings(counts: Mapping[str, int], key: Callable[[str], str] = spelling) -> list[list[str]]:
    """Groups of values that are the same by their key, each with its commonest first."""
    groups: dict[str, list[str]] = {}
    for value in sorted(counts, key=lambda value: -counts[value]):
        groups.setdefault(key(value), []).append(value)
    return [group for group in groups.values() if len(group) > 1]


def shown(groups: list[list[str]], counts: Mapping[str, int]) -> str:
    """Groups of spellings for a message."""
    lists = [", ".join(f"{value!r} ({counts[value]:,})" for value in group[:6]) for group in groups[:3]]
    more = [f"and {len(groups) - 3} groups more"] if len(groups) > 3 else []
    return "; ".join([*lists, *more])
