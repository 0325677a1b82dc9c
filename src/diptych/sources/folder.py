"""A folder of images and folders of masks, paired by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import UseAppendAction, arg

from diptych.base.errors import DiptychError, Problems
from diptych.sources import planning
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.pairs import Codes, read_pair

if TYPE_CHECKING:
    from diptych.records.sample import Record, Sample

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
_TAILS = re.compile(r"[ _-](?:masks?|seg(?:mentation)?|labels?|gt|0000)$", re.IGNORECASE)


@SOURCES.register(SourceCard(name="folder", summary="images and masks paired by name", licence="your own"))
@dataclass(frozen=True, kw_only=True)
class Folder:
    """Images in one folder, masks in others, paired by file name (`a.jpg` with `a.png` or `a_mask.png`).

    New ids replace the file names; EXIF is dropped. Missing teeth are read off a `teeth` layer.

    Example: diptych import folder --body panoramic --images scans --layer teeth=scans/teeth --out mine
    """

    body: Literal["chest", "panoramic"]
    """What the images show."""
    images: Annotated[Path, arg(metavar="DIR")]
    """The folder with the images; folders inside it are read too."""
    layer: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="NAME=DIR")] = ()
    """A mask layer (teeth, lungs, anatomy, findings) and its folder; may be repeated."""
    remap: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="LAYER:VALUE=CODE")] = ()
    """Replace a mask value by a code (teeth:1=11, lungs:1=both); may be repeated."""
    label: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="LAYER:CODE=NAME")] = ()
    """Name a code of your own in the layers anatomy and findings; may be repeated."""
    partial: bool = False
    """Accept images that lack a mask."""
    subject: str = ""
    """A regular expression on the file name whose first group is the subject, such as '^(p[0-9]+)_'."""
    val: float = 0.15
    """Share of the subjects to put into the split `val`."""
    licence: str = ""
    """Licence of the images, kept with every sample."""
    name: str = "image"
    """The new ids begin with this."""

    def build(self) -> Intake:
        """Pair the files. Raises `DiptychError` naming every file without its partner."""
        planning.check_name(self.name)
        layers = {name: Path(place) for name, place in planning.parse_pairs(self.layer, "--layer").items()}
        planning.check_layers(tuple(layers), self.body)
        images = list_images(self.images)
        masks = {layer: list_images(place, layer) for layer, place in layers.items()}
        self._check_partners(images, masks)
        codes = Codes.parse(self.body, self.remap, self.label)
        jobs = [
            partial(
                _read,
                record,
                images[key],
                {layer: own[key] for layer, own in masks.items() if key in own},
                codes,
            )
            for key, record in zip(images, self._records(list(images)), strict=True)
        ]
        return Intake(body=self.body, name=self.name, jobs=tuple(jobs), spaces=codes.spaces)

    def _check_partners(self, images: Mapping[str, Path], masks: Mapping[str, Mapping[str, Path]]) -> None:
        problems = Problems()
        for layer, own in masks.items():
            for key in images.keys() - own.keys() if not self.partial else ():
                problems.add(str(images[key]), f"has no mask in layer {layer}", "add one, or pass --partial")
            for key in own.keys() - images.keys():
                problems.add(str(own[key]), "has no image", "add the image or remove the mask")
        problems.raise_any()

    def _records(self, keys: list[str]) -> tuple[Record, ...]:
        from diptych.records.sample import Record

        try:
            pattern = re.compile(self.subject) if self.subject else None
        except re.error as error:
            raise DiptychError.of("--subject", f"is no regular expression ({error})", "correct it") from None
        pseudonyms, records = planning.Pseudonyms("s"), []
        for number, key in enumerate(keys):
            match = pattern.search(key) if pattern else None
            if pattern and not (match and match.groups()):
                raise DiptychError.of("--subject", f"finds no subject in {key!r}", "correct the expression")
            subject = pseudonyms.of(match[1]) if match else ""
            records.append(
                Record(
                    id=planning.new_id(self.name, number),
                    body=self.body,
                    subject=subject,
                    groups={"findings": "unknown"},
                    licence=self.licence,
                )
            )
        return planning.with_validation(records, self.val)


def list_images(folder: Path, layer: str = "") -> dict[str, Path]:
    """The images under a folder, sorted, by the name that pairs them with their masks.

    The name is the path inside the folder without its ending; of masks (`layer` given), a tail
    such as `_mask`, `_seg` or `_teeth` is left out too. Raises `DiptychError` for a folder
    without images and for two files of one name.
    """
    if not folder.is_dir():
        raise DiptychError.of(str(folder), "is not a folder", "check the path")
    problems = Problems()
    found: dict[str, Path] = {}
    files = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    for path in sorted(files):
        key = path.relative_to(folder).with_suffix("").as_posix()
        key = _TAILS.sub("", key.removesuffix(f"_{layer}")) if layer else key.removesuffix("_0000")
        if key in found:
            problems.add(str(path), f"pairs with the same name as {found[key].name}", "keep one of them")
        found[key] = path
    if not found:
        problems.add(str(folder), "has no images", f"put {', '.join(ENDINGS)} files into it")
    problems.raise_any()
    return found


def _read(record: Record, image: Path, masks: dict[str, Path], codes: Codes) -> Sample:
    from diptych.records.sample import Sample

    pixels, layers = read_pair(image, masks, codes)
    return Sample(record=planning.told_by_masks(record, layers), image=pixels, masks=layers)
