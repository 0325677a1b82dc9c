"""What a panoramic radiograph shows, as clauses: teeth by number or by name, then the whole image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from diptych.prompts import teeth
from diptych.prompts.style import Style, denials, listed
from diptych.records.finding import Finding
from diptych.records.vocabulary import TOOTH_FINDINGS

OPENINGS = (
    "panoramic radiograph",
    "panoramic X-ray",
    "dental panoramic radiograph",
    "orthopantomogram",
    "panoramic image",
    "OPG",
    "dental panoramic tomogram",
    "panoramic view",
)

AFTER = {
    "missing": ("missing", "absent", "extracted", "are missing", "not present"),
    "impacted": ("impacted", "unerupted", "are impacted"),
    "caries": ("with caries", "carious", "decayed", "with carious lesions"),
    "deep caries": ("with deep caries", "deeply carious", "with deep decay"),
    "periapical lesion": (
        "with periapical lesion",
        "with periapical radiolucency",
        "with apical periodontitis",
    ),
    "restoration": ("with restoration", "restored", "filled", "with filling"),
    "crown": ("with crown", "crowned", "with dental crown"),
    "root canal": ("with root canal filling", "root canal treated", "root filled", "endodontically treated"),
    "implant": ("with implant", "replaced by implant", "with dental implant"),
}
"""Words that follow the teeth: "teeth 36 and 37 with caries"."""

BEFORE = {
    "missing": ("missing", "absent", "loss of", "extracted"),
    "impacted": ("impacted", "unerupted", "impaction of"),
    "caries": ("caries in", "decay of", "carious lesions in", "caries:"),
    "deep caries": ("deep caries in", "deep carious lesions in", "deep caries:"),
    "periapical lesion": (
        "periapical lesion at",
        "periapical radiolucency at",
        "apical lesions of",
        "periapical lesions:",
    ),
    "restoration": ("restoration on", "fillings in", "restorations on", "filling in"),
    "crown": ("crown on", "crowns on", "crown:"),
    "root canal": ("root canal filling in", "root canal treatment of", "endodontic treatment of"),
    "implant": ("implant at", "implant in place of", "dental implants at"),
}
"""Words before the teeth: "caries in teeth 36 and 37"."""

_ADJECTIVES = frozenset({"missing", "absent", "extracted", "impacted", "unerupted"})

NOUNS = {
    "caries": ("caries", "a cavity"),
    "deep caries": ("deep caries", "a deep cavity"),
    "periapical lesion": ("a periapical lesion", "a periapical radiolucency"),
    "restoration": ("a restoration", "a filling"),
    "crown": ("a crown", "a dental crown"),
    "root canal": ("a root canal filling", "a root canal treatment"),
    "implant": ("an implant", "a dental implant"),
}
"""What one tooth has: "tooth 36 with a filling and a crown"."""

WHOLE = {
    "restoration": ("restorations", "dental restorations", "fillings"),
    "appliance": ("dental appliance", "orthodontic appliance", "a dental appliance", "braces"),
    "implant": ("dental implants", "implants"),
    "supernumerary": ("more than 32 teeth", "supernumerary teeth", "extra teeth"),
}
WITHOUT = {
    "restoration": ("without restorations", "no restorations", "no fillings"),
    "appliance": ("without a dental appliance", "no appliance", "no dental appliance"),
    "implant": ("no implants", "without implants"),
    "supernumerary": ("no supernumerary teeth",),
    "caries": ("no caries", "without caries"),
    "periapical lesion": ("no periapical lesions", "without periapical lesion"),
    "impacted": ("no impacted teeth",),
}

NAMES_UP_TO = 6
"""Longer lists are told by number, so that a sentence stays within the text encoder's length."""
MOST = 20
"""From so many missing teeth on, some wordings name those that are left."""
RANGES_FROM = 9
"""From so many teeth on, unbroken runs of four and more are told as "11 to 18"."""

_WISDOM = frozenset({18, 28, 38, 48})

FULL = (
    "full set of 32 teeth",
    "all 32 teeth present",
    "all teeth present",
    "no missing teeth",
    "complete dentition",
    "",
)
EDENTULOUS = (
    "edentulous jaws",
    "completely edentulous",
    "all teeth missing",
    "edentulous maxilla and mandible",
)
ARCH = ("edentulous {bone}", "edentulous {jaw} jaw", "{jaw} jaw edentulous", "all {jaw} teeth missing")
WISDOM = ("all wisdom teeth missing", "all third molars missing", "wisdom teeth absent", "no wisdom teeth")


def clauses(findings: Collection[Finding], style: Style) -> list[str]:
    """One clause for each thing to say: the missing teeth first, the rest in this wording's order."""
    at: dict[str, set[int]] = defaultdict(set)
    for finding in findings:
        if finding.site:
            at[finding.name].add(int(finding.site))
    whole = [name for name in WHOLE if Finding(name) in findings]
    told = [*_teeth(at, style), *(style.pick(name, WHOLE[name]) for name in whole)]
    found = {*at, *whole} | ({"caries"} if "deep caries" in at else set())
    told = style.shuffled("order", told + denials(found, WITHOUT, style))
    return _missing(at["missing"], style, counted="supernumerary" not in whole) + told


def _missing(gone: set[int], style: Style, *, counted: bool) -> list[str]:
    """The dentition: which teeth are missing, or that none is."""
    if not gone:
        return [clause for clause in (style.pick("full", FULL),) if clause and counted]
    if not style.plain and len(gone) == len(teeth.FDI):
        return [style.pick("none", EDENTULOUS)]
    if len(gone) >= MOST and style.chance("only", 0.4):
        return [f"only {_numbered(set(teeth.FDI) - gone, style)} present"]
    told, rest = _grouped(gone, style) if style.chance("groups", 0.5) else ([], gone)
    if rest:
        told.append(_clause("missing", rest, style))
    if counted and style.chance("count", 0.25):
        colon = style.pick("colon", (":", ",", " present,"))
        told[0] = f"{len(teeth.FDI) - len(gone)} teeth{colon} {told[0]}"
    return told


def _grouped(gone: set[int], style: Style) -> tuple[list[str], set[int]]:
    """Whole arches and the wisdom teeth by their group names, and the teeth that are left to name."""
    told, rest = [], set(gone)
    for jaw, bone, arch in (("upper", "maxilla", teeth.UPPER), ("lower", "mandible", teeth.LOWER)):
        if rest.issuperset(arch):
            told.append(style.pick("arch", ARCH).format(jaw=jaw, bone=bone))
            rest.difference_update(arch)
    if rest.issuperset(_WISDOM):
        told.append(style.pick("wisdom", WISDOM))
        rest -= _WISDOM
    return told, rest


def _teeth(at: dict[str, set[int]], style: Style) -> list[str]:
    """The findings on teeth, by finding or by tooth."""
    named = [name for name in TOOTH_FINDINGS if name != "missing" and at.get(name)]
    if not _by_tooth_style(style):
        return [_clause(name, at[name], style) for name in named]
    impacted = [_clause("impacted", at["impacted"], style)] if at.get("impacted") else []
    return impacted + _by_tooth({name: at[name] for name in named if name in NOUNS}, style)


def _by_tooth(at: dict[str, set[int]], style: Style) -> list[str]:
    """ "teeth 36 and 46 with caries and a crown": teeth that have the same are told together."""
    alike: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for tooth in teeth.FDI:
        alike[tuple(name for name in at if tooth in at[name])].add(tooth)
    alike.pop((), None)
    link = style.pick("link", (" with", " showing", ":"))
    return [
        f"{_sites(alike[names], style)}{link} {listed([style.pick(name, NOUNS[name]) for name in names])}"
        for names in alike
    ]


def _clause(name: str, chosen: set[int], style: Style) -> str:
    sites = _sites(chosen, style)
    if style.chance("kind first", 0.5) and not _by_tooth_style(style):
        before = style.pick(name, BEFORE[name])
        return f"{before} {sites.removeprefix('the ') if before in _ADJECTIVES else sites}"
    after = style.pick(name, AFTER[name])
    return f"{sites} {after.replace('are ', 'is ') if len(chosen) == 1 else after}"


def _by_tooth_style(style: Style) -> bool:
    """Whether the wording goes from tooth to tooth; it then names the teeth first throughout."""
    return not style.brief and style.chance("by tooth", 0.35)


def _sites(chosen: set[int], style: Style) -> str:
    if style.brief or len(chosen) > NAMES_UP_TO or not style.chance("names", 0.4):
        return _numbered(chosen, style)
    side_first = style.chance("side first", 0.4)
    article = style.pick("the", ("", "the "))
    return article + listed([teeth.name(tooth, side_first=side_first) for tooth in sorted(chosen)])


def _numbered(chosen: set[int], style: Style) -> str:
    # The plain wording names every tooth: a text encoder reads names more surely than ranges.
    ranges = style.brief or (not style.plain and len(chosen) >= RANGES_FROM)
    numbers = _runs(chosen) if ranges else [str(tooth) for tooth in sorted(chosen)]
    return f"{'tooth' if len(chosen) == 1 else 'teeth'} {listed(numbers)}"


def _runs(chosen: Iterable[int]) -> list[str]:
    told: list[str] = []
    for run in teeth.runs(chosen):
        told += [f"{run[0]} to {run[-1]}"] if len(run) >= 4 else [str(tooth) for tooth in run]
    return told
