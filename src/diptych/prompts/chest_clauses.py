"""What a chest radiograph shows, as clauses: opacity by zone, air and fluid by side, then the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from diptych.prompts.style import Style, counted, denials, listed
from diptych.records.finding import Finding
from diptych.records.vocabulary import CHEST_FINDINGS, SIDES, ZONES

OPENINGS = ("chest radiograph", "chest X-ray", "CXR", "chest film", "radiograph of the chest")
VIEWS = {
    "AP": ("AP {}", "AP view of the chest", "anteroposterior {}"),
    "PA": ("PA {}", "PA view of the chest", "posteroanterior {}"),
    "lateral": ("lateral {}", "lateral view of the chest"),
}

NORMAL = (
    "no finding",
    "normal",
    "clear lungs",
    "normal, clear lungs",
    "no abnormality",
    "unremarkable",
    "no findings",
)
OPACITY = (("opacity", "opacities"), ("airspace opacity", "airspace opacities"), ("shadowing", "shadows"))
SIDED = {
    "effusion": (("pleural effusion", "pleural effusions"), ("effusion", "effusions")),
    "pneumothorax": (("pneumothorax", "pneumothoraces"),),
}
"""Singular and plural."""

OTHERS = {
    "cardiomegaly": ("cardiomegaly", "enlarged heart", "cardiac enlargement"),
    "pneumonia": ("pneumonia", "findings consistent with pneumonia"),
    "edema": ("edema", "pulmonary edema", "pulmonary oedema"),
    "ground glass": ("ground glass opacities", "ground-glass opacity", "ground glass changes"),
    "infiltration": ("infiltration", "infiltrates", "pulmonary infiltrates"),
    "consolidation": ("consolidation", "airspace consolidation"),
    "covid-19": ("COVID-19", "COVID-19 pneumonia"),
    "ards": ("ARDS", "acute respiratory distress syndrome"),
    "mass": ("mass", "a mass"),
    "nodule": ("nodule", "a pulmonary nodule"),
    "tubes": ("tubes", "lines and tubes", "support devices"),
    "hernia": ("hernia", "hiatal hernia"),
}
WITHOUT = {
    "effusion": ("no effusion", "no pleural effusion", "without pleural effusion"),
    "pneumothorax": ("no pneumothorax", "without pneumothorax"),
    "cardiomegaly": ("no cardiomegaly", "normal heart size"),
    "pneumonia": ("no pneumonia", "without pneumonia"),
    "opacity": ("no opacity", "no infected areas"),
    "consolidation": ("no consolidation",),
    "edema": ("no edema",),
}


def opening(view: str, style: Style) -> str:
    """The kind of image with its view, if one is known."""
    noun = style.pick("opening", OPENINGS)
    return style.pick("view", VIEWS[view]).format(noun) if view else noun


def clauses(findings: Collection[Finding], style: Style) -> list[str]:
    """One clause for each thing to say, in this wording's order."""
    zones = [zone for zone in ZONES if Finding("opacity", zone) in findings]
    told = [_opacity(zones, style)] if zones else []
    told += [_vague("opacity", OPACITY, style, zones)] if Finding("opacity") in findings else []
    for name, words in SIDED.items():
        sides = [side for side in SIDES if Finding(name, side) in findings]
        told += [_sided(words, sides, style)] if sides else []
        told += [_vague(name, words, style, sides)] if Finding(name) in findings else []
    told += [
        style.pick(name, OTHERS.get(name, (name,))) for name in CHEST_FINDINGS if Finding(name) in findings
    ]
    if not told:
        told = [style.pick("normal", NORMAL)]
    return style.shuffled("order", told + denials({finding.name for finding in findings}, WITHOUT, style))


def _opacity(zones: Sequence[str], style: Style) -> str:
    one, many = style.pick("opacity", OPACITY)
    if style.chance("caption", 0.3):
        return _caption(zones)
    places = _places(zones, style)
    if style.chance("sites first", 0.3):
        return f"{listed(zones)} zone {one if len(zones) == 1 else many}"
    if len(zones) > 1 and style.chance("count", 0.3):
        return f"{counted(len(zones))} {many} in {places}"
    return f"{many if len(zones) > 1 and style.chance('many', 0.5) else one} in {places}"


def _places(zones: Sequence[str], style: Style) -> str:
    """ "the right upper and left lower zones"; a whole lung by its own name in some wordings."""
    if style.chance("whole lung", 0.5):
        whole = [side for side in SIDES if all(zone in zones for zone in ZONES if zone.startswith(side))]
        rest = [zone for zone in zones if zone.split()[0] not in whole]
        return listed([*(f"all {side} lung" for side in whole), *(f"{zone} zone" for zone in rest)])
    noun = style.pick("zone", ("zone", "lung zone", "lung field"))
    return f"the {listed(zones)} {noun}{'s' if len(zones) > 1 else ''}"


def _caption(zones: Sequence[str]) -> str:
    """The words of the QaTa-COV19 captions: laterality, number of areas, then each lung's zones."""
    lungs = {side: [zone.split()[1] for zone in zones if zone.startswith(side)] for side in ("left", "right")}
    parts = [
        f"{'all' if len(levels) == 3 else ' '.join(levels)} {side} lung"
        for side, levels in lungs.items()
        if levels
    ]
    areas = sum(areas_of(levels) for levels in lungs.values())
    reach = "bilateral" if len(parts) == 2 else "unilateral"
    noun = "infected area" if areas == 1 else "infected areas"
    return f"{reach} pulmonary infection, {counted(areas)} {noun}, {listed(parts)}"


def areas_of(levels: Collection[str]) -> int:
    """The least number of connected areas in these levels of one lung: upper and lower alone are two."""
    return 2 if set(levels) == {"upper", "lower"} else min(len(levels), 1)


def _sided(words: Sequence[tuple[str, str]], sides: Sequence[str], style: Style) -> str:
    one, many = style.pick("sided", words) if len(words) > 1 else words[0]
    if len(sides) == 2:
        return style.pick("both", (f"bilateral {many}", f"{one} on both sides", f"right and left {many}"))
    side = sides[0]
    return style.pick(
        "side", (f"{side} {one}", f"{one} on the {side}", f"{side}-sided {one}", f"{side} sided {one}")
    )


def _vague(name: str, words: Sequence[tuple[str, str]], style: Style, sites: Sequence[str]) -> str:
    """A finding whose site is not known; said so when the same finding also stands at known sites."""
    one = style.pick(f"vague {name}", words)[0]
    return f"{one} at an unspecified site" if sites else one
