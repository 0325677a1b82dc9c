"""Findings as vectors and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.prompts.slots import SlotSpace
from diptych.records import Finding
from diptych.records.vocabulary import BODIES, SITES


def lawful(body: str) -> list[Finding]:
    return [Finding(name, site) for name, sites in SITES[body].items() for site in sites]


@pytest.mark.parametrize("body", BODIES)
def test_every_lawful_finding_has_one_slot(body: str) -> None:
    space = SlotSpace(body)
    assert len(set(space.names)) == len(space)
    for finding in lawful(body):
        vector = space.encode({finding})
        assert vector.sum() == 1 and vector[space.index(f"{finding.name}:{finding.site}")] == 1


def test_panoramic_slots_are_teeth_by_findings_then_the_whole_image() -> None:
    names = SlotSpace("panoramic").names
    assert len(names) == 32 * 9 + 4
    assert names[0] == "missing:18"
    assert names[-4:] == ("restoration:", "appliance:", "implant:", "supernumerary:")


@given(
    st.sampled_from(BODIES).flatmap(
        lambda body: st.tuples(st.just(body), st.sets(st.sampled_from(lawful(body))))
    )
)
def test_decoding_undoes_encoding(case: tuple[str, set[Finding]]) -> None:
    body, findings = case
    groups = {"sex": "F", "view": "AP", "age_group": "child"} if body == "chest" else {}
    space = SlotSpace(body)
    assert space.decode(space.encode(findings, groups)) == (findings, groups)


def test_normal_means_no_finding_and_an_age_implies_its_group() -> None:
    space = SlotSpace("chest")
    vector = space.encode((), {"age": "9", "sex": "unknown"})
    assert {space.names[index] for index in np.flatnonzero(vector)} == {"normal", "age_group:child"}
    assert space.encode({Finding("effusion")})[space.index("normal")] == 0


def test_decoding_takes_the_strongest_group_above_the_threshold() -> None:
    space = SlotSpace("chest")
    vector = np.zeros(len(space))
    vector[space.index("view:AP")], vector[space.index("view:PA")] = 0.6, 0.8
    vector[space.index("sex:F")] = 0.4
    assert space.decode(vector) == (frozenset(), {"view": "PA"})


def test_all_unlawful_findings_are_named_at_once() -> None:
    with pytest.raises(DiptychError) as caught:
        SlotSpace("panoramic").encode({Finding("caries", "19"), Finding("opacity")})
    assert len(caught.value.problems) == 2
    with pytest.raises(DiptychError, match="knee"):
        SlotSpace("knee")
