"""The verb that puts phantom lesions into real images: `composite`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from diptych.cli.flags import Folder, at_least


@dataclass(frozen=True, kw_only=True)
class Composite:
    """Paint phantom lesions into real panoramic radiographs: a semi-synthetic cohort with exact masks.

    Caries, deep caries and periapical lesions are painted on up to four teeth of an image, at the place and
    angle that its mask of teeth tells; the layer findings holds their exact masks. Every row keeps its
    subject and split, and says that it is semi-synthetic. Nothing is learned, so `diptych study` can ask on
    such images whether lesions are found; it cannot ask on them whether patients' lesions are.

    Example: diptych composite --cohort mine --seed 1 --out composited
    """

    cohort: Folder
    """A cohort of real panoramic radiographs with the layer teeth."""
    findings: Annotated[
        tuple[str, ...] | None, arg(metavar="FINDING ...", help_behavior_hint="(default: all three)")
    ] = None
    """What to paint: caries, "deep caries", "periapical lesion"."""
    seed: int = 0
    """The same seed paints the same lesions into an image, whatever the other rows."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __post_init__(self) -> None:
        at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Write the cohort, and say what is in it."""
        from diptych.compositing import LESIONS, composite_cohort

        chosen = LESIONS if self.findings is None else self.findings
        made = composite_cohort(self.cohort, self.out, seed=self.seed, findings=chosen)
        ill = sum(record.provenance.request != "no lesion" for record in made.records)
        print(f"{self.out}: {len(made)} semi-synthetic images, {ill} with phantom lesions")
