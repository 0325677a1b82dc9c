"""The verb that strings the others together: `demo`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diptych.cli.flags import Folder


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Make pairs from written sentences with the packaged checkpoints and show them in one page.

    Writes OUT/report.html, OUT/chest and OUT/panoramic (16 synthetic samples each) and OUT/real. Needs no
    network, no accelerator and about two minutes.

    Example: diptych demo --out look
    """

    out: Folder = Path("diptych-demo")
    """The folder to make."""

    def __call__(self) -> None:
        """Write the folder and say where the report is."""
        from diptych.demo import write_demo

        write_demo(self.out)
