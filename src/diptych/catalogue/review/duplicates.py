"""Near-duplicates among citations: groups of records of one publication, each pair with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from diptych.catalogue.review.blocking import candidate_pairs
from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.pairs import Judged, contradict, is_preprint, judge

SURE = 0.9
"""Strength from which a match stands whatever else the records match."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """Two records, by their places, and what they are to each other."""

    first: int
    second: int
    judged: Judged


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """What was found."""

    groups: tuple[tuple[int, ...], ...]
    """Places of records of one publication, two or more, the one to keep first."""
    matches: tuple[Match, ...]
    """The pairs that made the groups, with the reasons."""
    doubtful: tuple[Match, ...]
    """Pairs that a person must decide."""

    def reason(self, record: int) -> str:
        """Why a record is in its group: that of its surest pair."""
        own = [m for m in self.matches if record in (m.first, m.second)]
        return max(own, key=lambda m: m.judged.strength).judged.reason


def find_duplicates(
    citations: Sequence[Citation], rank: Callable[[int], tuple[int, ...]] = lambda place: ()
) -> Duplicates:
    """Groups of citations of one publication. `rank` of a place goes before all else: the least is kept.

    Of a group the journal version is kept, then the record that says most. Pairs join groups surest
    first, and none joins what one of its members contradicts. Needs the extra `review`.
    """
    judged = ((i, j, judge(citations[i], citations[j])) for i, j in candidate_pairs(citations))
    matches = [Match(first=i, second=j, judged=found) for i, j, found in judged if found]
    matches.sort(key=lambda m: (-m.judged.strength, m.first, m.second))
    groups, made = _groups(citations, _unambiguous(matches))

    def order(place: int) -> tuple[int, ...]:
        return (*rank(place), *_value(citations[place]), place)

    home = {place: n for n, group in enumerate(groups) for place in group}
    return Duplicates(
        groups=tuple(tuple(sorted(group, key=order)) for group in groups),
        matches=tuple(made),
        doubtful=_once_a_pair_of_groups(matches, home),
    )


def _unambiguous(matches: Sequence[Match]) -> list[Match]:
    """The duplicates; of weaker matches only those of a record with one other publication.

    A title without its subtitle, or a changed one, may be that of two papers of a group.
    """
    sure = [m for m in matches if m.judged.verdict == "duplicate"]
    known = {frozenset((m.first, m.second)) for m in sure}
    partners: dict[int, set[int]] = defaultdict(set)
    for match in sure:
        partners[match.first].add(match.second)
        partners[match.second].add(match.first)

    def alone(place: int, other: int) -> bool:
        return all(frozenset((other, third)) in known for third in partners[place] - {other})

    return [
        m
        for m in sure
        if m.judged.strength >= SURE or (alone(m.first, m.second) and alone(m.second, m.first))
    ]


def _once_a_pair_of_groups(matches: Sequence[Match], home: Mapping[int, int]) -> tuple[Match, ...]:
    """Of the pairs that no group unites, the surest between any two groups or single records."""
    surest: dict[frozenset[int], Match] = {}
    for match in matches:
        places = frozenset(home.get(place, -1 - place) for place in (match.first, match.second))
        if len(places) == 2:
            surest.setdefault(places, match)
    return tuple(surest.values())


def _groups(citations: Sequence[Citation], matches: Sequence[Match]) -> tuple[list[list[int]], list[Match]]:
    home: dict[int, list[int]] = {}
    made = []
    for match in matches:
        one, two = home.get(match.first, [match.first]), home.get(match.second, [match.second])
        if one is two:
            made.append(match)
        elif not any(contradict(citations[a], citations[b]) for a in one for b in two):
            joined = one + two
            home |= dict.fromkeys(joined, joined)
            made.append(match)
    return list({id(group): group for group in home.values()}.values()), made


def _value(citation: Citation) -> tuple[int, ...]:
    """The less, the better worth keeping."""
    told = (citation.doi, citation.abstract, citation.pmid, citation.year, citation.authors)
    return (int(is_preprint(citation)), -sum(map(bool, told)), -len(citation.authors))
