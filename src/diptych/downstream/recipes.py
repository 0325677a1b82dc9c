"""Complete configs of the judges that Diptych itself uses; the tuned numbers are here."""

from __future__ import annotations

from diptych.base.errors import DiptychError
from diptych.downstream.augment import AugmentConfig
from diptych.downstream.classifier import ClassifierConfig
from diptych.downstream.fit import FitConfig
from diptych.downstream.segmenter import SegmenterConfig
from diptych.prompts.laterality import mirror_site, mirror_tooth
from diptych.records.labels import FDI, LABELS, LabelSpace
from diptych.records.sample import Body

SIZES: dict[str, tuple[int, int]] = {"panoramic": (128, 256), "chest": (128, 128)}
"""(H, W) that judges see, as the generators of the same size do."""


def teeth_segmenter() -> tuple[SegmenterConfig, FitConfig]:
    """32 teeth by FDI number at 128 x 256; mirrored images train with mirrored numbers."""
    config = SegmenterConfig(
        body="panoramic",
        layer="teeth",
        codes=FDI,
        twins=tuple(mirror_tooth(code) for code in FDI),
        size=SIZES["panoramic"],
        head="digits",
    )
    augment = AugmentConfig(rotate=8.0, scale=0.12, warp=0.02)
    return config, FitConfig(steps=4500, augment=augment, patience=10)


def lungs_segmenter() -> tuple[SegmenterConfig, FitConfig]:
    """Right and left lung at 128 x 128; never mirrored, since the heart lies left."""
    config = SegmenterConfig(
        body="chest", layer="lungs", codes=(1, 2), size=SIZES["chest"], widths=(16, 32, 48, 72, 96)
    )
    return config, FitConfig(steps=800, batch=16, check_every=100)


def layer_segmenter(body: Body, layer: str) -> tuple[SegmenterConfig, FitConfig]:
    """Any other layer, with the codes of its label space and its sides mirrored by name."""
    if layer == "teeth":
        return teeth_segmenter()
    if layer == "lungs":
        return lungs_segmenter()
    if (body, layer) not in LABELS:
        known = ", ".join(name for part, name in LABELS if part == body)
        raise DiptychError.of("layer", f"{layer!r} is not a layer of {body} images", f"choose from {known}")
    space = LABELS[body, layer]
    twins = twin_codes(space) if body == "panoramic" else ()
    config = SegmenterConfig(body=body, layer=layer, codes=space.codes, twins=twins, size=SIZES[body])
    return config, FitConfig(steps=3000)


def findings_classifier(body: Body, findings: tuple[str, ...]) -> tuple[ClassifierConfig, FitConfig]:
    """Findings of the whole image, such as ("pneumonia",)."""
    augment = AugmentConfig(rotate=8.0, scale=0.12, shift=0.06)
    config = ClassifierConfig(body=body, findings=findings, size=SIZES[body])
    return config, FitConfig(steps=800, batch=16, check_every=100, augment=augment)


def twin_codes(space: LabelSpace) -> tuple[int, ...]:
    """What each code becomes in the mirror: "right condyle" the left one, others themselves."""
    return tuple(space.named(mirror_site(label.name)).code for label in space.labels)
