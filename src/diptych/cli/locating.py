"""The verb that finds where named findings lie: `locate`."""

from __future__ import annotations

from dataclasses import dataclass

from diptych.cli.flags import Folder, at_least


@dataclass(frozen=True, kw_only=True)
class Locate:
    """Find where restorations, appliances and implants lie that images only name.

    Many cohorts say of a whole image that it shows restorations, and not where. A small network learns from
    that, with the phantoms' drawn findings for shape, and every row gains the layer findings, as far as it
    could be located; a restoration is also named by its tooth. These are estimates, and say so: look at them.
    A label-map generator (recipe panoramic_gan_256) that is trained on such a cohort can be asked for a
    filling on one tooth. Takes ten minutes for 350 images on one core.

    Example: diptych locate --cohort mine --out located
    """

    cohort: Folder
    """A cohort of real panoramic radiographs with the layer teeth."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""
    seed: int = 0
    """Of the network's weights and batches."""
    steps: int = 600
    """Optimiser steps."""

    def __post_init__(self) -> None:
        at_least(0, seed=self.seed)
        at_least(1, steps=self.steps)

    def __call__(self) -> None:
        """Write the cohort, and say what was found."""
        from diptych.locating import locate_cohort

        _, found = locate_cohort(self.cohort, self.out, seed=self.seed, steps=self.steps)
        for line in found:
            print(line)
