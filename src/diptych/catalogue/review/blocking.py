"""Which pairs are worth a look? Records that share an identifier, rare words of the title, or a beginning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.names import surname
from diptych.catalogue.review.titles import take_apart

RAREST = 4
"""Words of a title, the rarest that other titles have too, of which a pair must share one."""
LARGEST = 200
"""Records in a block beyond which it tells nothing and is passed over."""


def candidate_pairs(citations: Sequence[Citation]) -> Iterator[tuple[int, int]]:
    """Places (i, j), i < j, of records that may be one publication, each pair once.

    A record stands in one block for each identifier, for each of its rarest title words, for the first
    and the last letters of its title, and for its first author and year (and the years next to it). All
    pairs within a block are candidates.
    """
    blocks: dict[str, list[int]] = defaultdict(list)
    counts = Counter(word for c in citations for word in set(take_apart(c.title).words))
    for place, citation in enumerate(citations):
        for key in set(_keys(citation, counts)):
            blocks[key].append(place)
    yield from sorted({pair for block in blocks.values() for pair in _pairs_of(block)})


def _pairs_of(block: list[int]) -> Iterable[tuple[int, int]]:
    return combinations(block, 2) if len(block) <= LARGEST else ()


def _keys(citation: Citation, counts: Counter[str]) -> Iterator[str]:
    for name in ("doi", "pmid", "arxiv"):
        if getattr(citation, name):
            yield f"{name} {getattr(citation, name)}"
    title = take_apart(citation.title)
    # A misspelt word is the rarest of all and would hide the record: only words of two titles or more count.
    known = sorted({word for word in title.words if counts[word] > 1}, key=lambda word: (counts[word], word))
    yield from (f"word {word}" for word in known[:RAREST])
    if title.squeezed:
        yield f"head {title.squeezed[:12]}"
        yield f"tail {title.squeezed[-12:]}"
    if citation.authors and citation.year:
        for year in (citation.year, citation.year + 1):
            yield f"first {surname(citation.authors[0])} {year}"
