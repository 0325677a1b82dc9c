"""What the search in the browser looks through, and what facets say."""

from __future__ import annotations

from collections import Counter

from diptych.catalogue import Catalogue
from diptych.catalogue.site.facets import FACETS, address
from diptych.catalogue.site.words import searchable


def test_a_record_is_found_by_other_words_for_the_same(catalogue: Catalogue) -> None:
    said = searchable(catalogue["pano-gan"])
    for word in ("opg", "panoramic", "orthopantomogram", "tooth", "radiograph", "wgan", "aarhus"):
        assert f" {word} " in said, word
    assert " mri " not in said and " 0concept" not in said


def test_addresses_and_days_are_not_looked_through(catalogue: Catalogue) -> None:
    said = searchable(catalogue["pano-gan"])
    assert not {"https", "viktorladen", "22"} & set(said.split())


def test_every_record_answers_every_facet_but_may_be_judged_on_nothing(catalogue: Catalogue) -> None:
    for facet in FACETS:
        options = facet.options(catalogue)
        assert len(options) == len({value for value, _, _ in options}) > 2
        answers = Counter(value for entry in catalogue for value in facet.tell(entry))
        assert {value: n for value, _, n in options} == answers
        assert facet.key == "axis" or all(list(facet.tell(entry)) for entry in catalogue)
    years = [value for value, _, _ in FACETS[-1].options(catalogue)]
    assert years[0] == "2026" and years[-1] == "unknown"


def test_an_address_keeps_what_means_something_in_one() -> None:
    assert address(kind=("dataset+generator",), axis=("a&b", "c=d")) == (
        "#kind=dataset%2Bgenerator&axis=a%26b&axis=c%3Dd"
    )
