"""Which findings a panoramic phantom has: drawn at realistic rates, or checked when given."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from diptych.base.errors import Problems
from diptych.phantoms.arch import typical
from diptych.phantoms.tables import MISSING_COUNTS
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.vocabulary import check_finding

DISEASES = {
    "caries": 0.35, "deep caries": 0.22, "periapical lesion": 0.25, "restoration": 0.45, "crown": 0.20,
    "root canal": 0.25,
}  # fmt: skip
"""Share of phantoms that have the finding on one tooth or more. Diseases are more frequent than in life,
so that a model meets every tooth with every finding often enough."""

_NEEDS_TOOTH = (*DISEASES, "impacted")


def draw_case(rng: np.random.Generator) -> frozenset[Finding]:
    """Findings of one imagined patient."""
    missing = _draw_missing(rng)
    present = [fdi for fdi in FDI if fdi not in missing]
    found = {Finding("missing", str(fdi)) for fdi in missing}
    thirds = [fdi for fdi in present if fdi % 10 == 8]
    found |= {Finding("impacted", str(fdi)) for fdi in thirds if rng.random() < 0.3}
    if present and rng.random() < 0.05:
        found.add(
            Finding("impacted", str(rng.choice([f for f in present if f % 10 in (3, 5, 8)] or present)))
        )
    for name, rate in DISEASES.items():
        if present and rng.random() < rate:
            teeth = rng.choice(present, size=min(len(present), 1 + rng.geometric(0.45)), replace=False)
            found |= {Finding(name, str(fdi)) for fdi in teeth}
    gaps = [fdi for fdi in missing if fdi % 10 < 8]
    if gaps and rng.random() < 0.3:
        found |= {
            Finding("implant", str(fdi))
            for fdi in rng.choice(gaps, min(len(gaps), int(rng.integers(1, 4))), False)
        }
    found = _settled(found)
    return frozenset(found | _globals(rng, found, present))


def hidden(found: Collection[Finding]) -> set[tuple[Finding, Finding]]:
    """Findings that cannot be seen beside another one on the same tooth, each with that other one.

    A crown hides caries and fillings, deep caries the caries it grew from; what is impacted shows nothing.
    """
    capped, deep, buried = (
        {finding.site for finding in found if finding.name == name}
        for name in ("crown", "deep caries", "impacted")
    )
    pairs = {(Finding("caries", site), Finding("deep caries", site)) for site in deep}
    pairs |= {
        (Finding(name, site), Finding("crown", site))
        for site in capped
        for name in ("caries", "deep caries", "restoration")
    }
    pairs |= {(Finding(name, site), Finding("impacted", site)) for site in buried for name in DISEASES}
    return {pair for pair in pairs if pair[0] in found}


def _settled(found: set[Finding]) -> set[Finding]:
    """Drop what cannot be seen together on one tooth."""
    return found - {under for under, _ in hidden(found)}


def _globals(rng: np.random.Generator, found: Collection[Finding], present: Collection[int]) -> set[Finding]:
    """Whole-image findings: true of the image whenever a tooth has one; some without a tooth named."""
    result = {Finding(f.name) for f in found if f.name in ("restoration", "implant")}
    fillable = {str(fdi) for fdi in present} - {f.site for f in found if f.name in ("crown", "impacted")}
    if fillable and rng.random() < 0.2:
        result.add(Finding("restoration"))
    if len(present) >= len(FDI) - 8 and rng.random() < 0.18:
        result.add(Finding("appliance"))
    if rng.random() < 0.05:
        result.add(Finding("supernumerary"))
    return result


def _draw_missing(rng: np.random.Generator) -> set[int]:
    """Missing teeth: how many as counted in UFBA-425, which by how often each tooth was missing."""
    counts = np.array(MISSING_COUNTS, float)
    count = int(rng.choice(len(counts), p=counts / counts.sum()))
    rate = np.array([typical(fdi).missing for fdi in FDI])
    odds = rate / (1.02 - rate)
    keys = rng.exponential(1.0, len(FDI)) / odds
    return {FDI[row] for row in np.argsort(keys)[:count]}


def check_case(findings: Collection[Finding]) -> frozenset[Finding]:
    """The findings as they will be recorded: an implant stands for its missing tooth, so that is added.

    Raises `DiptychError` with every finding that is unknown or contradicts another.
    """
    problems = Problems()
    for finding in sorted(findings):
        with problems.collect():
            check_finding("panoramic", finding)
    lost = {f.site for f in findings if f.name == "missing"}
    lost |= {f.site for f in findings if f.name == "implant" and f.site}
    for finding in sorted(findings):
        if finding.name in _NEEDS_TOOTH and finding.site in lost and finding.site:
            problems.add(f"finding {finding}", "lies on a tooth that is missing", "drop one of the two")
    problems.raise_any()
    return frozenset(findings) | {Finding("missing", site) for site in lost}
