"""What the codes of each mask layer mean: names, colours, FDI numbers, SNOMED CT codes."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.records import snomed

FDI: tuple[int, ...] = (
    *range(18, 10, -1),
    *range(21, 29),
    *range(38, 30, -1),
    *range(41, 49),
)
"""The 32 permanent teeth as ISO 3950 (FDI) numbers: 18..11, 21..28, 38..31, 41..48."""

DECIDUOUS: tuple[int, ...] = tuple(
    10 * quadrant + tooth for quadrant in (5, 6, 7, 8) for tooth in range(1, 6)
)
"""The 20 deciduous teeth, 51..85."""

_QUADRANTS = ("upper right", "upper left", "lower left", "lower right")
_PERMANENT = (
    "central incisor",
    "lateral incisor",
    "canine",
    "first premolar",
    "second premolar",
    "first molar",
    "second molar",
    "third molar",
)
_PRIMARY = ("central incisor", "lateral incisor", "canine", "first molar", "second molar")


@dataclass(frozen=True)
class Label:
    """One code (1 to 255) of a mask layer; 0 is always background."""

    code: int
    name: str
    colour: tuple[int, int, int]
    """Red, green, blue, 0 to 255, for overlays."""
    fdi: str = ""
    snomed: str = ""
    """SNOMED CT concept id, where one is certain."""


@dataclass(frozen=True)
class LabelSpace:
    """The lawful codes of one layer."""

    layer: str
    labels: tuple[Label, ...]

    @property
    def codes(self) -> tuple[int, ...]:
        """Every lawful code but the background, in the order of the labels."""
        return tuple(label.code for label in self.labels)

    def of(self, code: int) -> Label:
        """The label with this code."""
        for label in self.labels:
            if label.code == code:
                return label
        raise DiptychError.of(f"layer {self.layer}", f"unknown code {code}", f"lawful are {list(self.codes)}")

    def named(self, name: str) -> Label:
        """The label with this name."""
        for label in self.labels:
            if label.name == name:
                return label
        known = ", ".join(label.name for label in self.labels)
        raise DiptychError.of(f"layer {self.layer}", f"unknown label {name!r}", f"choose from {known}")


def tooth_name(fdi: int) -> str:
    """`upper right third molar` for 18; deciduous teeth say so."""
    quadrant, tooth = divmod(fdi, 10)
    if fdi in DECIDUOUS:
        return f"{_QUADRANTS[quadrant - 5]} deciduous {_PRIMARY[tooth - 1]}"
    if fdi not in FDI:
        raise DiptychError.of(f"tooth {fdi}", "is not an FDI number", "use 11-18, 21-28, 31-38 or 41-48")
    return f"{_QUADRANTS[quadrant - 1]} {_PERMANENT[tooth - 1]}"


def spread_colour(index: int, count: int) -> tuple[int, int, int]:
    """Colour `index` of `count` well-apart hues; neighbours differ in brightness too."""
    red, green, blue = colorsys.hsv_to_rgb(index / max(count, 1), 0.75, (1.0, 0.8)[index % 2])
    return round(255 * red), round(255 * green), round(255 * blue)


def label_space(
    layer: str, names: Mapping[int, str], concepts: Mapping[int, str] | None = None
) -> LabelSpace:
    """A label space from codes and names, with colours spread over the hues."""
    labels = (
        Label(code, name, spread_colour(index, len(names)), snomed=(concepts or {}).get(code, ""))
        for index, (code, name) in enumerate(names.items())
    )
    return LabelSpace(layer, tuple(labels))


def _teeth() -> LabelSpace:
    numbers = (*FDI, *DECIDUOUS)
    labels = (
        # Steps of 5 (coprime to 52) keep neighbours in the jaw far apart in hue.
        Label(
            fdi,
            tooth_name(fdi),
            spread_colour(index * 5 % len(numbers), len(numbers)),
            fdi=str(fdi),
            snomed=snomed.TEETH[fdi],
        )
        for index, fdi in enumerate(numbers)
    )
    return LabelSpace("teeth", tuple(labels))


LABELS: dict[tuple[str, str], LabelSpace] = {
    ("panoramic", "teeth"): _teeth(),
    ("panoramic", "anatomy"): label_space(
        "anatomy",
        {
            1: "mandible",
            2: "maxilla",
            3: "right maxillary sinus",
            4: "left maxillary sinus",
            5: "right mandibular canal",
            6: "left mandibular canal",
            7: "right condyle",
            8: "left condyle",
        },
        concepts=snomed.PANORAMIC_ANATOMY,
    ),
    ("panoramic", "findings"): label_space(
        "findings",
        {
            1: "caries",
            2: "deep caries",
            3: "periapical lesion",
            4: "restoration",
            5: "crown",
            6: "root canal",
            7: "implant",
            8: "appliance",
        },
        concepts=snomed.PANORAMIC_FINDINGS,
    ),
    ("chest", "lungs"): LabelSpace(
        "lungs",
        (
            Label(1, "right lung", (230, 90, 60), snomed=snomed.LUNGS[1]),
            Label(2, "left lung", (60, 140, 230), snomed=snomed.LUNGS[2]),
        ),
    ),
    ("chest", "anatomy"): label_space(
        "anatomy",
        {
            1: "heart",
            2: "right clavicle",
            3: "left clavicle",
            4: "spine",
            5: "ribs",
            6: "diaphragm",
            7: "mediastinum",
            8: "airways",
        },
        concepts=snomed.CHEST_ANATOMY,
    ),
    ("chest", "findings"): label_space(
        "findings",
        {
            1: "opacity",
            2: "effusion",
            3: "pneumothorax",
            4: "ground glass",
            5: "consolidation",
            6: "endotracheal tube",
            7: "central venous line",
            8: "monitoring probe",
            9: "nasogastric tube",
            10: "tubing",
        },
        concepts=snomed.CHEST_FINDINGS,
    ),
}
"""The label space of every (body, layer); a cohort may bring its own for `anatomy` and `findings`."""
