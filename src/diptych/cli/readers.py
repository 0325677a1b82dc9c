"""Verbs of a blinded reader study: `readers kit` makes the form, `readers analyse` reads the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from diptych.cli.flags import Folder, at_least


@dataclass(frozen=True, kw_only=True)
class Kit:
    """Make a blinded form that asks readers which radiographs are real.

    Writes OUT/form.html, one page that works without a network: send it to the readers. OUT/sealed/key.json
    says which images are synthetic: keep it closed until all answers are in. At most one image of a subject
    is shown; all are brought to one size and 8 bits, so that nothing but the image tells its origin.

    Example: diptych readers kit --real mine --synthetic pairs --count 30 --out kit
    """

    real: Folder
    """Real images that the generator never saw; of a cohort with splits, its val or test part."""
    synthetic: Folder
    """The cohort whose images pose as real ones."""
    out: Folder
    """The folder to make; it must not exist yet, or be empty."""
    count: int = 30
    """How many images of each kind; a reader needs about 10 seconds for one."""
    seed: int = 0
    """Decides which images are shown, and in which order."""
    no_quality: bool = False
    """Do not ask for a rating of the image (1 poor, 5 excellent)."""

    def __post_init__(self) -> None:
        at_least(2, count=self.count)
        at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Write the kit, and say what goes to whom."""
        from diptych.evaluation.readers import make_kit
        from diptych.evaluation.stacks import heldout_part
        from diptych.records.cohort import Cohort

        kit = make_kit(
            heldout_part(Cohort.open(self.real)),
            Cohort.open(self.synthetic),
            self.out,
            n=self.count,
            seed=self.seed,
            quality=not self.no_quality,
        )
        print(f"Send to the readers: {kit.form}")
        print(f"Keep closed until all answers are in: {kit.key}")
        print(f"SHA-256 of the key, to publish before the study: {kit.commitment}")


@dataclass(frozen=True, kw_only=True)
class Analyse:
    """Say from the readers' answers whether they could tell synthetic images from real ones.

    Prints accuracy (0.5 is guessing) over all and by reader, the area under the ROC curve, a test of
    equivalence to guessing, agreement between readers and the difference in quality (1 to 5), each with its
    95 % interval. Files that were made with another form, or a key that was changed, are refused.

    Example: diptych readers analyse --key kit/sealed/key.json --answers answers-anna.json answers-bert.csv
    """

    key: Annotated[Path, arg(metavar="FILE")]
    """The sealed key of the kit."""
    answers: Annotated[tuple[Path, ...], arg(metavar="FILE ...")]
    """What the readers saved with the form, JSON or CSV, one file a reader."""

    def __call__(self) -> None:
        """Print the results."""
        from diptych.evaluation.readers import analyse_kit

        print(*analyse_kit(self.answers, self.key).lines(), sep="\n")


READERS: dict[str, type] = {"kit": Kit, "analyse": Analyse}
