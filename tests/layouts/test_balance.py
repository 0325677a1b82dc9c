"""A wanted histogram is met to the last count, and every request of it can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.layouts import compose, draw_balanced, histogram
from diptych.records import FDI, Finding

NAMES = ("missing", "caries", "crown", "impacted", "implant")
WANTED = st.dictionaries(
    st.builds(Finding, st.sampled_from(NAMES), st.sampled_from([str(fdi) for fdi in FDI])),
    st.integers(0, 4),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(WANTED, st.integers(0, 1000))
def test_the_histogram_is_met(wanted, seed):
    for finding, times in list(wanted.items()):
        gap = Finding("missing", finding.site)
        if finding.name == "implant" and gap in wanted:
            wanted[gap] = max(wanted[gap], times)
    requests = draw_balanced("panoramic", wanted, 24, seed)
    counts = histogram(requests)
    asked = {finding: times for finding, times in wanted.items() if times}
    for finding, times in list(asked.items()):
        if finding.name == "implant":
            gap = Finding("missing", finding.site)
            asked[gap] = max(asked.get(gap, 0), times)
    assert counts == asked
    assert requests == draw_balanced("panoramic", wanted, 24, seed)


def test_each_request_can_be_composed():
    wanted = {Finding("opacity", "left lower"): 3, Finding("effusion", "left"): 3, Finding("cardiomegaly"): 2}
    requests = draw_balanced("chest", wanted, 4, 1)
    layouts = [compose("procedural", request, (96, 96), seed) for seed, request in enumerate(requests)]
    assert sum(Finding("effusion", "left") in layout.findings for layout in layouts) == 3


@pytest.mark.parametrize(
    ("wanted", "culprit"),
    [
        ({Finding("missing", "36"): 9}, "wanted 9 times in 4"),
        ({Finding("rot", "36"): 1}, "rot"),
        ({Finding("missing", "36"): 1, Finding("implant", "36"): 2}, "2 implants stand in its place"),
        ({Finding("missing", "36"): 3, Finding("caries", "36"): 2}, "fits into 1 of 4 requests"),
    ],
)
def test_what_cannot_be_met_is_refused(wanted, culprit):
    with pytest.raises(DiptychError, match=culprit):
        draw_balanced("panoramic", wanted, 4)
