"""An image with its masks off a disk: codes translated, sizes and values checked, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError, Problems

if TYPE_CHECKING:
    from diptych.records.labels import LabelSpace
    from diptych.records.sample import Grey, Mask

BOTH = "both"
"""Stands for a code of both lungs together; the importer tells the sides apart."""
_BOTH_CODE = 255
_DEPTHS = (10, 12, 14, 16)


@dataclass(frozen=True, kw_only=True)
class Codes:
    """How a user's mask values become codes, and the label spaces that they must fit."""

    body: str
    remap: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Layer -> value -> code; values that are not named stay."""
    both: Mapping[str, int] = field(default_factory=lambda: {"lungs": _BOTH_CODE})
    """Layer -> the value that covers both lungs."""
    spaces: Mapping[str, LabelSpace] = field(default_factory=dict)
    """Label spaces with labels of their own."""

    @classmethod
    def parse(cls, body: str, remap: tuple[str, ...], label: tuple[str, ...]) -> Codes:
        """From options such as `teeth:1=11`, `lungs:1=both` and `findings:9=cyst`."""
        problems = Problems()
        changes: dict[str, dict[int, int]] = {}
        both = {"lungs": _BOTH_CODE}
        names: dict[str, dict[int, str]] = {}
        for option in remap:
            with problems.collect():
                layer, value, code = _triple(option, "--remap")
                if code == BOTH:
                    both[layer] = value
                else:
                    changes.setdefault(layer, {})[value] = _number(code, option, "--remap")
        for option in label:
            with problems.collect():
                layer, value, name = _triple(option, "--label")
                if value == 0:
                    raise DiptychError.of(
                        f"--label {option}", "0 is the background", "use a code from 1 to 255"
                    )
                names.setdefault(layer, {})[value] = name
        problems.raise_any()
        spaces = {layer: named_space(body, layer, new) for layer, new in names.items()}
        return cls(body=body, remap=changes, both=both, spaces=spaces)

    def space(self, layer: str) -> LabelSpace | None:
        """The label space of a layer, or None where this body region has no such layer."""
        from diptych.records.labels import LABELS

        return self.spaces.get(layer) or LABELS.get((self.body, layer))

    def translate(self, layer: str, mask: Mask) -> Mask:
        """The mask with its values replaced by codes, both lungs told apart."""
        import numpy as np

        from diptych.sources.lungs import split_sides

        table = np.arange(256, dtype=np.uint8)
        for value, code in self.remap.get(layer, {}).items():
            table[value] = code
        translated: Mask = table[mask]
        covered = mask == self.both[layer] if layer in self.both else np.zeros(0, bool)
        if covered.any():
            translated = np.where(covered, split_sides(covered), translated)
        return translated


def named_space(body: str, layer: str, names: Mapping[int, str]) -> LabelSpace:
    """The built-in label space of a layer with labels added or renamed.

    Raises `DiptychError` for `teeth` and `lungs`, whose codes are fixed.
    """
    from diptych.records.labels import LABELS, label_space

    if layer not in ("anatomy", "findings"):
        raise DiptychError.of(f"layer {layer}", "takes no labels of its own", "label anatomy or findings")
    known = {label.code: label for label in LABELS[body, layer].labels}
    merged = {code: label.name for code, label in known.items()} | dict(names)
    concepts = {code: label.snomed for code, label in known.items() if code not in names}
    return label_space(layer, dict(sorted(merged.items())), concepts)


def read_pair(image: Path, masks: Mapping[str, Path], codes: Codes) -> tuple[Grey, dict[str, Mask]]:
    """The image and its masks in Diptych's codes. Raises `DiptychError` with every problem of the files."""
    from diptych.records.images import read_grey

    problems, layers = Problems(), {}
    pixels: Grey | None = None
    with problems.collect():
        pixels = full_range(read_grey(image))
    for layer, path in masks.items():
        with problems.collect():
            layers[layer] = read_mask_as(layer, path, codes, pixels)
    problems.raise_any()
    assert pixels is not None
    return pixels, layers


def read_mask_as(layer: str, path: Path, codes: Codes, image: Grey | None = None) -> Mask:
    """A mask file in Diptych's codes. Raises `DiptychError` for unknown values or a size that differs."""
    from diptych.records.images import read_mask
    from diptych.records.writing import check_mask

    mask = codes.translate(layer, read_mask(path))
    check_mask(mask, codes.space(layer), (mask if image is None else image).shape, f"{path}, layer {layer}")
    return mask


def full_range(image: Grey) -> Grey:
    """A 16-bit image whose values use only 10, 12 or 14 bits, spread over 16; 8-bit images as they are.

    Detectors store 12 bits in 16; read as 16 such an image would be all but black.
    """
    import numpy as np

    peak = int(image.max())
    if image.dtype == np.uint8 or peak == 0:
        return image
    bits = next(depth for depth in _DEPTHS if peak < 2**depth)
    if bits == _DEPTHS[-1]:
        return image
    spread: Grey = np.rint(image * ((2**16 - 1) / (2**bits - 1))).astype(np.uint16)
    return spread


def _triple(option: str, flag: str) -> tuple[str, int, str]:
    from diptych.records.sample import LAYERS

    layer, colon, rest = option.partition(":")
    value, equals, target = rest.partition("=")
    if not (colon and equals and target.strip()) or layer not in LAYERS:
        raise DiptychError.of(f"{flag} {option}", "is not LAYER:VALUE=...", f"layers are {', '.join(LAYERS)}")
    return layer, _number(value, option, flag), target.strip()


def _number(text: str, option: str, flag: str) -> int:
    if not text.strip().isdecimal() or not 0 <= int(text) <= 255:
        raise DiptychError.of(f"{flag} {option}", f"{text!r} is no code from 0 to 255", "correct the number")
    return int(text)
