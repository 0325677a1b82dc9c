"""COCO instances: polygons or run lengths become one mask layer."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import UseAppendAction, arg

from diptych.base.errors import DiptychError, Problems
from diptych.sources import planning
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.pairs import full_range, named_space

if TYPE_CHECKING:
    from diptych.records.labels import LabelSpace
    from diptych.records.sample import Body, Mask, Record, Sample

_FDI = re.compile(r"(?<![0-9])([1-8])\.?([1-8])(?![0-9])")
_LAST_CODE = 255


@SOURCES.register(SourceCard(name="coco", summary="COCO polygons or run lengths", licence="your own"))
@dataclass(frozen=True, kw_only=True)
class Coco:
    """A COCO annotation file (polygons or RLE) whose categories become the labels of one mask layer.

    Categories are matched by name (teeth by the FDI number in it); in the layers anatomy and findings,
    categories that Diptych does not know get labels of their own.

    Example: diptych import coco --body panoramic --annotations instances.json --images images
    --layer teeth --out mine
    """

    body: Literal["chest", "panoramic"]
    """What the images show."""
    annotations: Annotated[Path, arg(metavar="FILE")]
    """The JSON file with images, categories and annotations."""
    images: Annotated[Path, arg(metavar="DIR")]
    """The folder that the file names in it begin from."""
    layer: Literal["teeth", "lungs", "anatomy", "findings"]
    """The mask layer to draw the annotations into."""
    category: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="NAME=LABEL")] = ()
    """Match a category to a label by hand (by name or code; `none` leaves it out); may be repeated."""
    val: float = 0.15
    """Share of the images to put into the split `val`."""
    licence: str = ""
    """Licence of the images, kept with every sample."""
    name: str = "image"
    """The new ids begin with this."""

    def build(self) -> Intake:
        """Read the file. Raises `DiptychError` naming every entry that does not fit."""
        from diptych.records.sample import Record

        planning.check_name(self.name)
        planning.check_layers((self.layer,), self.body)
        data = _read_json(self.annotations)
        where = str(self.annotations)
        space, codes = match_categories(
            self.body, self.layer, _numbered(data, "categories", where), self._by_hand()
        )
        shapes = _by_image(data, codes, where)
        images = sorted(_numbered(data, "images", where), key=lambda image: str(image.get("file_name")))
        if not images:
            raise DiptychError.of(where, "has no images", "give a COCO instances file")
        records = [
            Record(
                id=planning.new_id(self.name, number),
                body=self.body,
                groups={"findings": "unknown"},
                licence=self.licence,
            )
            for number, _ in enumerate(images)
        ]
        jobs = tuple(
            partial(_read, record, self.images, image, self.layer, shapes.get(image["id"], []))
            for record, image in zip(planning.with_validation(records, self.val), images, strict=True)
        )
        return Intake(body=self.body, name=self.name, jobs=jobs, spaces={self.layer: space})

    def _by_hand(self) -> dict[str, str]:
        return planning.parse_pairs(self.category, "--category")


def match_categories(
    body: Body, layer: str, categories: list[dict[str, Any]], by_hand: Mapping[str, str]
) -> tuple[LabelSpace, dict[Any, int]]:
    """The layer's label space and, for every category id, its code (0: left out).

    Raises `DiptychError` naming every category that matches no label of a layer with fixed codes.
    """
    from diptych.records.labels import LABELS

    space = LABELS[body, layer]
    problems = Problems()
    codes: dict[Any, int] = {}
    new: dict[int, str] = {}
    for name in by_hand.keys() - {str(category.get("name", "")) for category in categories}:
        problems.add(f"--category {name}", "is no category of the file", "check its spelling")
    for category in categories:
        name = str(category.get("name", ""))
        wanted = by_hand.get(name, name)
        code = 0 if wanted == "none" else _code_of(space, wanted)
        what = f"is no label of the layer {layer}"
        if code is None and layer in ("anatomy", "findings"):
            code = next((free for free in range(1, _LAST_CODE + 1) if free not in {*space.codes, *new}), None)
            what += ", and no code below 256 is left for it"
            new |= {code: wanted} if code else {}
        if code is None:
            labels = ", ".join(label.name for label in space.labels[:4])
            remedy = f"match it by hand: --category '{name}=LABEL' ({labels} ... or none)"
            problems.add(f"category {name!r}", what, remedy)
            continue
        codes[category["id"]] = code
    problems.raise_any()
    return (named_space(body, layer, new) if new else space), codes


def _code_of(space: LabelSpace, name: str) -> int | None:
    plain = re.sub(r"[_\s-]+", " ", name).strip().lower()
    for label in space.labels:
        if plain in (label.name, str(label.code)):
            return label.code
    if space.layer == "teeth" and (match := _FDI.search(plain)):
        number = int(match[1] + match[2])
        return number if number in space.codes else None
    return None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", "check the path") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read as JSON ({error})", "export it again") from None
    if not isinstance(data, dict):
        raise DiptychError.of(str(path), "is no COCO file", "give the instances file")
    return data


def _entries(data: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    entries = data.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DiptychError.of(
            f"{where}, field {key}", "is not a list of objects", "give a COCO instances file"
        )
    return entries


def _numbered(data: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """Entries that others point to. Raises `DiptychError` for every id that is missing or taken."""
    entries, problems, seen = _entries(data, key, where), Problems(), set()
    for index, entry in enumerate(entries):
        number = entry.get("id")
        if not isinstance(number, (int, str)):
            problems.add(f"{where}, {key}[{index}]", f"has the id {number!r}", "give it a number")
        elif number in seen:
            problems.add(f"{where}, {key}[{index}]", f"has the id {number!r} of another", "number them apart")
        else:
            seen.add(number)
    problems.raise_any()
    return entries


def _by_image(
    data: dict[str, Any], codes: Mapping[Any, int], where: str
) -> dict[Any, list[tuple[str, int, Any]]]:
    """For every image id its shapes (place, code, segmentation), large ones first: small ones stay on top."""
    problems = Problems()
    known = {image["id"] for image in _numbered(data, "images", where)}
    shapes: dict[Any, list[tuple[float, str, int, Any]]] = defaultdict(list)
    for entry in _entries(data, "annotations", where):
        place = f"{where}, annotation {entry.get('id')}"
        image, category = entry.get("image_id"), entry.get("category_id")
        if not isinstance(image, (int, str)) or image not in known:
            problems.add(place, f"has the unknown image {image!r}", "drop it")
        elif not isinstance(category, (int, str)) or category not in codes:
            problems.add(place, f"has the unknown category {category!r}", "drop it")
        elif code := codes[category]:
            area = entry.get("area")
            size = float(area) if isinstance(area, (int, float)) else 0.0
            shapes[image].append((-size, place, code, entry.get("segmentation")))
    problems.raise_any()
    ordered = {image: sorted(own, key=lambda shape: shape[0]) for image, own in shapes.items()}
    return {image: [shape[1:] for shape in own] for image, own in ordered.items()}


def _read(
    record: Record, folder: Path, image: Mapping[str, Any], layer: str, shapes: list[tuple[str, int, Any]]
) -> Sample:
    from diptych.records.images import read_grey
    from diptych.records.places import place_inside
    from diptych.records.sample import Sample

    name = image.get("file_name")
    if not isinstance(name, str) or not name:
        raise DiptychError.of(f"image {image['id']!r}", "has no file_name", "fill it in")
    pixels = full_range(read_grey(place_inside(folder, name, f"image {image['id']!r}, field file_name")))
    stated = (image.get("height", pixels.shape[0]), image.get("width", pixels.shape[1]))
    if stated != pixels.shape:
        found = f"is {pixels.shape[1]} x {pixels.shape[0]}, the annotations say {stated[1]} x {stated[0]}"
        raise DiptychError.of(str(folder / name), found, "use the images that were annotated")
    mask = draw(shapes, pixels.shape)
    if layer == "lungs" and not shapes:
        return Sample(record=record, image=pixels, masks={})
    return Sample(record=planning.told_by_masks(record, {layer: mask}), image=pixels, masks={layer: mask})


def draw(shapes: list[tuple[str, int, Any]], size: tuple[int, ...]) -> Mask:
    """The shapes (place, code, segmentation) painted in turn. Raises `DiptychError` with all that are bad."""
    import numpy as np

    from diptych.sources.shapes import plane_of

    mask, problems = np.zeros(size, np.uint8), Problems()
    for where, code, segmentation in shapes:
        with problems.collect():
            mask[plane_of(segmentation, (size[0], size[1]), where)] = code
    problems.raise_any()
    return mask
