"""Do two titles name one work? Word by word: a slip of the pen is forgiven, another word is not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from diptych.catalogue.review.slips import MOST_SLIPS, STOP_WORDS, count_slips
from diptych.catalogue.review.transliteration import bare, latin

_TAG = re.compile(r"</?[a-z]{1,6}/?>", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SUBTITLE = re.compile(r"[:?!]\s|\s[-–—]\s|\.\s")
_NUMERAL = re.compile(
    r"\b(?:part|phase|volume|vol|stage|study|paper|chapter|section|supplement|report|version)s?\W{0,2}"
    r"([ivx]{1,5}|[0-9]{1,4}|[a-d]|one|two|three|four|five|first|second|third)\b|\b([ivx]{1,5})\W*$"
    r"|(?<=[:.])\s*([ivx]{1,4})[.:]"
)
_VALUES = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "i=1 ii=2 iii=3 iv=4 v=5 vi=6 vii=7 viii=8 ix=9 x=10 one=1 two=2 three=3 four=4 five=5 first=1 "
        "second=2 third=3 a=1 b=2 c=3 d=4",
    )
)
_NOTICE = re.compile(
    r"^\W*(?:(?:publisher|author)\W?s?\s+)?(?:correction|corrigend\w+|errat\w+|addend\w+|retract\w+|withdrawn|"
    r"expression of concern|comments? on|commentary on|reply|response|letter|re|in reply)\b"
    r"(?=\W*(?:to|on|of|for|notice|:|note|by|\]|$))",
    re.IGNORECASE,
)
_SPELLINGS = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("our", "or"),
    ("ae", "e"),
    ("oe", "e"),
)


@dataclass(frozen=True, kw_only=True)
class Title:
    """A title taken apart."""

    words: tuple[str, ...]
    """In plain Latin, without stop words, one spelling, no plural."""
    bag: frozenset[str]
    """The same without order."""
    all: tuple[str, ...]
    """Every word as it is written, in its own script."""
    squeezed: str
    """All words as one, since U-Net is UNet and U Net."""
    numbers: frozenset[str]
    """Figures and numerals: those of part II are not those of part I."""
    notice: bool
    """Whether it is a correction, a retraction or a reply, which carry the title they are about."""
    parts: tuple[tuple[str, ...], ...]
    """The words before and after the first colon, dash or question mark; empty without one."""


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How far two titles agree."""

    share: float
    """Letters of both titles in words that both have, 0 to 1."""
    slips: int
    """Slips of the pen that make one of the other; 0 where words differ, too."""
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the titles are one, slips aside."""
        return not (self.only_first or self.only_second)


@lru_cache(maxsize=200_000)
def take_apart(title: str) -> Title:
    """The parts of a title that tell works apart."""
    plain = _TAG.sub("", title).replace("'", "").replace("’", "").lower()
    text = latin(plain)
    words, parts = _words(text), _SUBTITLE.split(text.strip(" .?!"), maxsplit=1)
    return Title(
        words=words,
        bag=frozenset(words),
        all=tuple(_WORD.findall(bare(plain))),
        squeezed="".join(words),
        numbers=_numbers(text),
        notice=_NOTICE.match(plain) is not None,
        parts=tuple(map(_words, parts)) if len(parts) > 1 else (),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(_spelling(word) for word in _WORD.findall(text) if word not in STOP_WORDS)


def _spelling(word: str) -> str:
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _numbers(text: str) -> frozenset[str]:
    figures = set(re.findall(r"\d+", text))
    for groups in _NUMERAL.findall(text):
        numeral = next(filter(None, groups))
        figures.add(_VALUES.get(numeral, numeral))
    return frozenset(figures)


def compare(first: Title, second: Title) -> Likeness:
    """Word by word: whether the titles are one but for slips, and if not, what only one of them has."""
    if first.squeezed == second.squeezed:
        return Likeness(share=1.0, slips=0, only_first=(), only_second=())
    slips = min(count_slips(first.all, second.all), count_slips(first.words, second.words))
    if slips <= MOST_SLIPS:
        return Likeness(share=1.0, slips=slips, only_first=(), only_second=())
    left, right = (
        Counter(first.words) - Counter(second.words),
        Counter(second.words) - Counter(first.words),
    )
    rest = sum(map(len, left.elements())) + sum(map(len, right.elements()))
    return Likeness(
        share=1 - rest / max(len(first.squeezed) + len(second.squeezed), 1),
        slips=0,
        only_first=tuple(left.elements()),
        only_second=tuple(right.elements()),
    )
