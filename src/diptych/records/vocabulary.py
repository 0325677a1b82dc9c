"""The finding names of each body region and the sites where each may lie."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from diptych.base.errors import DiptychError
from diptych.records.finding import Finding
from diptych.records.labels import FDI

BODIES = ("panoramic", "chest")

TEETH = tuple(str(number) for number in FDI)
"""Sites of the findings on teeth, in the order of `FDI`."""

TOOTH_FINDINGS = (
    "missing",
    "impacted",
    "caries",
    "deep caries",
    "periapical lesion",
    "restoration",
    "crown",
    "root canal",
    "implant",
)
PANORAMIC_FINDINGS = ("restoration", "appliance", "implant", "supernumerary")
"""Findings of a panoramic radiograph as a whole (site "")."""

ZONES = ("right upper", "right middle", "right lower", "left upper", "left middle", "left lower")
SIDES = ("right", "left")
"""Always the patient's."""

CHEST_FINDINGS = (
    "cardiomegaly",
    "pneumonia",
    "atelectasis",
    "consolidation",
    "edema",
    "emphysema",
    "fibrosis",
    "ground glass",
    "hernia",
    "infiltration",
    "mass",
    "nodule",
    "pleural thickening",
    "covid-19",
    "ards",
    "tubes",
)
"""Findings of a chest radiograph as a whole (site "")."""

VIEWS = ("AP", "PA", "lateral")
SEXES = ("F", "M")
AGE_GROUPS = ("child", "adult")
ADULT_AGE = 18
UNKNOWN = "unknown"
"""Value of a group named like a finding (or `findings`, for all of them) that was never looked for."""

_PANORAMIC = {name: TEETH for name in TOOTH_FINDINGS}
_PANORAMIC |= {name: (*_PANORAMIC.get(name, ()), "") for name in PANORAMIC_FINDINGS}
_CHEST = {"opacity": (*ZONES, ""), "effusion": (*SIDES, ""), "pneumothorax": (*SIDES, "")}
_CHEST |= {name: ("",) for name in CHEST_FINDINGS}

SITES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"panoramic": MappingProxyType(_PANORAMIC), "chest": MappingProxyType(_CHEST)}
)
"""`SITES[body][name]` are the lawful sites of a finding; "" is the image as a whole."""


def is_lawful(body: str, finding: Finding) -> bool:
    """Whether the vocabulary of `body` has this finding at this site."""
    return finding.site in SITES.get(body, {}).get(finding.name, ())


def check_finding(body: str, finding: Finding, where: str = "finding") -> None:
    """Raise `DiptychError` unless the vocabulary of `body` has this finding at this site."""
    known = SITES[body]
    if finding.name not in known:
        names = ", ".join(known)
        raise DiptychError.of(where, f"unknown {body} finding {finding.name!r}", f"choose from {names}")
    sites = known[finding.name]
    if finding.site not in sites:
        lawful = ", ".join(repr(site) for site in sites)
        raise DiptychError.of(
            where, f"{finding.name!r} cannot be at {finding.site!r}", f"lawful sites: {lawful}"
        )


def missing_teeth(present: set[int] | frozenset[int]) -> tuple[Finding, ...]:
    """`missing` findings for every permanent tooth not among `present`: the closed world."""
    return tuple(Finding("missing", str(fdi)) for fdi in FDI if fdi not in present)


def age_group(age: str) -> str:
    """`child` or `adult` for an age in years; "" where the age is not a number."""
    try:
        return AGE_GROUPS[float(age) >= ADULT_AGE]
    except ValueError:
        return ""
