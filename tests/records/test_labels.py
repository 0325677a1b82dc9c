"""Label spaces and the vocabulary agree with the field's conventions."""

from __future__ import annotations

import pytest

from diptych.base.errors import DiptychError
from diptych.records import DECIDUOUS, FDI, LABELS, Finding
from diptych.records.labels import tooth_name
from diptych.records.vocabulary import SITES, age_group, check_finding, is_lawful, missing_teeth


def test_fdi_order() -> None:
    assert FDI[:9] == (18, 17, 16, 15, 14, 13, 12, 11, 21)
    assert FDI[15:17] == (28, 38) and FDI[23:25] == (31, 41) and FDI[-1] == 48
    assert len(set(FDI)) == 32 and len(DECIDUOUS) == 20 and not set(FDI) & set(DECIDUOUS)


@pytest.mark.parametrize("space", LABELS.values(), ids=lambda space: space.layer)
def test_spaces_are_sound(space) -> None:  # type: ignore[no-untyped-def]
    assert len(set(space.codes)) == len(space.codes) == len({label.name for label in space.labels})
    assert all(0 < code < 256 for code in space.codes)
    assert len({label.colour for label in space.labels}) == len(space.labels)
    for label in space.labels:
        assert space.of(label.code) is label and space.named(label.name) is label
        assert all(0 <= part <= 255 for part in label.colour)


def test_teeth_are_fdi_numbers_by_name() -> None:
    teeth = LABELS["panoramic", "teeth"]
    assert teeth.of(18).name == "upper right third molar" and teeth.of(18).fdi == "18"
    assert tooth_name(36) == "lower left first molar"
    assert tooth_name(75) == "lower left deciduous second molar"
    with pytest.raises(DiptychError, match="not an FDI number"):
        tooth_name(19)


def test_lungs_are_the_patients() -> None:
    lungs = LABELS["chest", "lungs"]
    assert [(label.code, label.name) for label in lungs.labels] == [(1, "right lung"), (2, "left lung")]


def test_lawful_findings() -> None:
    assert is_lawful("panoramic", Finding("implant")) and is_lawful("panoramic", Finding("implant", "36"))
    assert not is_lawful("panoramic", Finding("missing")) and not is_lawful("chest", Finding("implant"))
    for body, names in SITES.items():
        for name, sites in names.items():
            for site in sites:
                check_finding(body, Finding(name, site))
    with pytest.raises(DiptychError, match="row 3: 'missing' cannot be at '19'"):
        check_finding("panoramic", Finding("missing", "19"), "row 3")


def test_missing_teeth_and_ages() -> None:
    assert missing_teeth(set(FDI) - {18, 48}) == (Finding("missing", "18"), Finding("missing", "48"))
    assert [age_group(age) for age in ("0.5", "17", "18", "", "x")] == ["child", "child", "adult", "", ""]


def test_snomed_concepts_are_one_a_label() -> None:
    teeth = LABELS["panoramic", "teeth"]
    assert teeth.of(18).snomed == "68085002" and teeth.of(36).snomed == "866006002"
    concepts = [label.snomed for space in LABELS.values() for label in space.labels if label.snomed]
    assert len(concepts) == len(set(concepts)) > 52
    assert all(verhoeff(concept) for concept in concepts)


def verhoeff(digits: str) -> bool:
    """The check digit of SNOMED CT identifiers (Verhoeff 1969): dihedral group of order 10."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place):
            value = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[value]
        check = dihedral(check, value)
    return check == 0


def dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def test_the_vocabulary_does_not_wait_for_numpy() -> None:
    import subprocess
    import sys

    code = "import sys, diptych.records.vocabulary, diptych.records; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
