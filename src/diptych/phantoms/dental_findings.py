"""Which painter shows which dental finding, in which order, and with which random numbers."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from diptych.phantoms import dental_disease, dental_work
from diptych.phantoms.arch import Dentition
from diptych.phantoms.brush import Brush, Mouth
from diptych.phantoms.tooth import Patches
from diptych.records.finding import Finding

PAINTERS = {
    "periapical lesion": dental_disease.periapical_lesion,
    "root canal": dental_work.root_canal,
    "caries": dental_disease.caries,
    "deep caries": dental_disease.deep_caries,
    "restoration": dental_work.restoration,
    "crown": dental_work.crown,
}
"""Painters of findings on natural teeth, in the order of painting: what is later lies on top."""
KINDS = (*PAINTERS, "implant", "appliance", "supernumerary")


def sites_of(case: Collection[Finding], name: str) -> set[int]:
    """The teeth that have the finding."""
    return {int(finding.site) for finding in case if finding.name == name and finding.site}


def stream(seed: int, name: str, fdi: int = 0) -> np.random.Generator:
    """Random numbers of one finding at one tooth."""
    return np.random.default_rng([seed, 4, KINDS.index(name), fdi])


def paint_disease(seed: int, mouth: Mouth, patches: Patches, case: Collection[Finding]) -> None:
    """Paint the findings of natural teeth; a restoration without a tooth goes where one can be seen."""
    rows = {int(fdi): row for row, fdi in enumerate(patches.fdi)}
    sites = {name: sorted(sites_of(case, name)) for name in PAINTERS}
    if Finding("restoration") in case and not sites["restoration"]:
        free = sorted(set(rows) - sites_of(case, "crown") - sites_of(case, "impacted"))
        rng = stream(seed, "restoration")
        sites["restoration"] = rng.choice(
            free, min(len(free), int(rng.integers(1, 7))), replace=False
        ).tolist()
    for name, paint in PAINTERS.items():
        for fdi in sites[name]:
            paint(Brush(stream(seed, name, fdi), mouth, patches, rows[fdi]))


def paint_work(seed: int, mouth: Mouth, teeth: Dentition, case: Collection[Finding]) -> None:
    """Paint what stands where teeth were, and what runs along them: implants and an appliance."""
    for fdi in sorted(sites_of(case, "implant")) or _free_site(seed, teeth, case):
        dental_work.implant(stream(seed, "implant", fdi), mouth, teeth, teeth.index(fdi))
    if Finding("appliance") in case:
        dental_work.appliance(stream(seed, "appliance"), mouth, teeth)


def _free_site(seed: int, teeth: Dentition, case: Collection[Finding]) -> list[int]:
    """Where an implant without a named place goes: some gap, if there is one."""
    gaps = teeth.fdi[~teeth.present & (teeth.fdi % 10 < 8)]
    return [int(stream(seed, "implant").choice(gaps))] if Finding("implant") in case and len(gaps) else []
