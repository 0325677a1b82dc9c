"""Left and right, in one place.

Radiographs are shown as if the reader faced the patient: the patient's right is on the
left of the image. Every side in Diptych is the patient's. FDI quadrants follow: 1 upper
right, 2 upper left, 3 lower left, 4 lower right, seen at the image's top left, top
right, bottom right and bottom left (ISO 3950).
"""

from __future__ import annotations

from diptych.records.finding import Finding

SIDES = ("right", "left")
_QUADRANT = {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7}
_LUNG = {1: 2, 2: 1}
_SIDE = {"right": "left", "left": "right"}


def side_of_column(x: float, width: int) -> str:
    """The patient's side of column `x` in an image `width` columns wide.

    `x` is a pixel centre in [0, width - 1]; the middle column of an odd width counts as "left".
    """
    return "right" if x < (width - 1) / 2 else "left"


def side_of_tooth(fdi: int) -> str:
    """The patient's side of an FDI number, permanent or deciduous."""
    return "right" if fdi // 10 in (1, 4, 5, 8) else "left"


def jaw_of_tooth(fdi: int) -> str:
    """ "upper" or "lower", the jaw of an FDI number, permanent or deciduous."""
    return "upper" if fdi // 10 in (1, 2, 5, 6) else "lower"


def mirror_tooth(fdi: int) -> int:
    """The same tooth on the other side: 18 to 28, 48 to 38, 55 to 65."""
    return _QUADRANT[fdi // 10] * 10 + fdi % 10


def mirror_lung(code: int) -> int:
    """The other lung's mask code: 1 (right) to 2 (left) and back; 0 stays."""
    return _LUNG.get(code, code)


def mirror_site(site: str) -> str:
    """A site after a horizontal flip: "36" to "46", "right upper" to "left upper"; "" stays."""
    if site.isdigit():
        return str(mirror_tooth(int(site)))
    return " ".join(_SIDE.get(word, word) for word in site.split())


def mirror(finding: Finding) -> Finding:
    """The finding after its image was flipped left to right."""
    return Finding(finding.name, mirror_site(finding.site))
