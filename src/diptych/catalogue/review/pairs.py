"""Are two records one publication? A verdict with its reason, from identifiers, title, authors and year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan
from typing import Literal

from diptych.base.optional import optional
from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.identifiers import is_preprint_doi
from diptych.catalogue.review.names import shared_authors
from diptych.catalogue.review.titles import Likeness, compare, take_apart
from diptych.catalogue.review.venues import same_venue

Verdict = Literal["duplicate", "look"]

IDENTIFIERS = {"doi": "DOI", "pmid": "PubMed number", "arxiv": "arXiv number"}

_PREPRINT = re.compile(r"preprint|arxiv|biorxiv|medrxiv|research square|techrxiv|ssrn|unpb", re.IGNORECASE)
_OF_PAPERS = frozenset(
    re.findall(
        r"\w+",
        "study preliminary pilot novel new approach method framework preprint report technical note result "
        "case improved improving efficient robust simple work progress early extended version",
    )
)
"""Words that say of a paper what it is, not what it is about; review changes them."""
_LEAST_COMPARED, _MOST_COMPARED = 200, 1_500
"""Letters of an abstract."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What two records are to each other."""

    verdict: Verdict
    """`duplicate`, or `look`: nearly, but a person must decide."""
    reason: str
    """Why, in words for the log."""
    strength: float
    """0 to 1, to decide the surest pairs first."""


def is_preprint(citation: Citation) -> bool:
    """Whether the record is of a preprint, by its DOI, else by an arXiv number, kind or venue."""
    if citation.doi:
        return is_preprint_doi(citation.doi)
    return bool(citation.arxiv or _PREPRINT.search(f"{citation.kind} {citation.venue}"))


def judge(first: Citation, second: Citation) -> Judged | None:
    """The verdict on a pair, None where the records are of different publications.

    The same identifier decides, unless titles contradict it: abstracts of one conference can share a DOI.
    Else the titles must agree word by word but for slips, the authors must be shared, the years be close
    and the venues not be strangers; a preprint may differ from its journal version in DOI and venue, in up
    to three years, and in its title where the abstract is the same. Figures and numerals in titles must be
    the same, and a correction is not the paper that it corrects.
    """
    pair = _Pair(first, second)
    if pair.identifier:
        return _by_identifier(pair)
    if pair.strangers or pair.kept_apart or (pair.authors is not None and pair.authors < 0.5):
        return None
    return _by_title(pair) if pair.titles.same or pair.subtitle else _by_abstract(pair)


def contradict(first: Citation, second: Citation) -> bool:
    """Whether no third record can make two records one publication."""
    pair = _Pair(first, second)
    return not pair.identifier and pair.kept_apart


class _Pair:
    """All that a verdict rests on, each part worked out when it is asked for: most pairs end early."""

    def __init__(self, first: Citation, second: Citation) -> None:
        self.both = (first, second)
        self.first, self.second = take_apart(first.title), take_apart(second.title)

    def _values(self, name: str) -> tuple[str, str]:
        return getattr(self.both[0], name), getattr(self.both[1], name)

    @cached_property
    def identifier(self) -> str:
        """The name of an identifier that both have in common, "" for none."""
        one, two = self.both
        return next((n for n in IDENTIFIERS if getattr(one, n) and getattr(one, n) == getattr(two, n)), "")

    @cached_property
    def other_identifier(self) -> bool:
        """Whether both were given a DOI or PubMed number by a journal, and not the same."""
        values = (self._values("doi"), self._values("pmid"))
        return not self.preprint and any(one and two and one != two for one, two in values)

    @property
    def strangers(self) -> bool:
        """Whether it ends here, as for most pairs: few words in common, and no abstracts to compare."""
        one, two = self.first.bag, self.second.bag
        alike = len(one & two) >= 0.3 * min(len(one), len(two))
        return not (alike or all(len(text) >= _LEAST_COMPARED for text in self._values("abstract")))

    @cached_property
    def kept_apart(self) -> bool:
        """Whether the titles forbid it: another figure or numeral, or a notice about the other."""
        return self.first.numbers != self.second.numbers or self.notice

    @cached_property
    def notice(self) -> bool:
        """Whether one is a notice about the other; a misspelt "Erratum" is one, too."""
        return self.first.notice != self.second.notice and not self.titles.same

    @cached_property
    def titles(self) -> Likeness:
        """Word by word."""
        return compare(self.first, self.second)

    @cached_property
    def subtitle(self) -> bool:
        """Whether one title is the other without its subtitle, or without the name before it.

        Short ones ("Deep learning") name nothing.
        """
        pairs = ((self.first, self.second), (self.second, self.first))
        return any(len(part) >= 4 and part == two.words for one, two in pairs for part in one.parts)

    @property
    def added(self) -> tuple[str, ...]:
        """The words that only one title has."""
        return self.titles.only_first + self.titles.only_second

    @cached_property
    def authors(self) -> float | None:
        """Share of the authors that both have."""
        return shared_authors(self.both[0].authors, self.both[1].authors)

    @cached_property
    def years(self) -> int | None:
        """Years between them, None where one has none."""
        one, two = self.both
        return None if one.year is None or two.year is None else abs(one.year - two.year)

    @cached_property
    def near_in_time(self) -> bool:
        """Whether one can be the other's preprint, online version or misdated record."""
        return self.years is None or self.years <= (3 if self.preprint else 1)

    @cached_property
    def preprint(self) -> bool:
        """Whether one of them is a preprint, or both."""
        return any(map(is_preprint, self.both))

    @cached_property
    def venue(self) -> bool | None:
        """Whether the venues are one, None where that cannot be told."""
        return same_venue(*self._values("venue"))

    @cached_property
    def abstract(self) -> float:
        """Likeness of the abstracts, 0 to 1; NaN where one has none to speak of."""
        one, two = self._values("abstract")
        length = min(len(one), len(two), _MOST_COMPARED)
        if length < _LEAST_COMPARED:
            return nan
        ratio = optional("rapidfuzz.distance.Indel", "dedupe").normalized_similarity
        return float(ratio(one[:length].lower(), two[:length].lower()))


def _by_identifier(pair: _Pair) -> Judged | None:
    name = IDENTIFIERS[pair.identifier]
    alike = pair.titles.share >= 0.6 or pair.subtitle or pair.abstract >= 0.7
    if alike and not pair.notice:
        return Judged(verdict="duplicate", reason=f"same {name}", strength=1.0)
    if pair.authors == 0 and pair.titles.share < 0.3:
        return None
    return Judged(verdict="look", reason=f"same {name}, but another title", strength=0.5)


def _by_title(pair: _Pair) -> Judged | None:
    sure = pair.near_in_time
    if pair.authors is None:
        sure = sure and (pair.venue is True or pair.abstract >= 0.8)
    elif pair.venue is False and not pair.preprint:
        sure = False
    if pair.other_identifier and not (pair.venue and pair.years == 0 and (pair.authors or 0) >= 0.8):
        sure = False
    strength = 0.9 if pair.titles.same else 0.7
    return Judged(verdict="duplicate" if sure else "look", reason=_title_words(pair), strength=strength)


def _title_words(pair: _Pair) -> str:
    """What a pair of the same title has in common, and what not."""
    slips = pair.titles.slips
    words = ["same title but for a slip" if slips else "same title"]
    if not pair.titles.same:
        words = ["same title without its first or last part"]
    words.append("no authors to compare" if pair.authors is None else f"{pair.authors:.0%} of the authors")
    if pair.years:
        words.append("one year apart" if pair.years == 1 else f"{pair.years} years apart")
    if pair.preprint:
        words.append("preprint")
    elif pair.venue is False:
        words.append("another venue")
    if pair.other_identifier:
        words.append("another DOI or PubMed number")
    return ", ".join(words)


def _by_abstract(pair: _Pair) -> Judged | None:
    """Titles differ: only the abstract can show that it is the same work."""
    if pair.authors is None or pair.authors < 0.8 or not pair.near_in_time or pair.other_identifier:
        return None
    words = f"title changed ({pair.titles.share:.0%} the same)"
    stranger = pair.venue is False and not pair.preprint
    if pair.abstract >= 0.8:
        return Judged(
            verdict="look" if stranger else "duplicate",
            reason=f"{words}, same abstract and authors{', another venue' if stranger else ''}",
            strength=0.6,
        )
    if pair.titles.share < 0.75 or pair.abstract < 0.6 or stranger:
        return None
    if isnan(pair.abstract) and pair.preprint and _OF_PAPERS.issuperset(pair.added):
        return Judged(verdict="duplicate", reason=f"{words}, same authors, preprint", strength=0.5)
    return Judged(verdict="look", reason=f"{words}, same authors", strength=0.3)
