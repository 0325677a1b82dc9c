"""The verb that asks whether synthetic data helps: `study`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from diptych.cli.flags import at_least


@dataclass(frozen=True, kw_only=True)
class Study:
    """Ask whether synthetic images help a learner that has few real ones.

    Trains learners on every arm of the study, with and without synthetic images and beside all controls,
    tests them on real images that nothing has seen, and says what came out. Generators are trained anew in
    every fold. The run can be stopped at any time: the same command goes on. Raise --seeds later, and only
    what is missing is run.

    - fusion: which way of joining real and synthetic images helps, at few and at more real ones
    - lowdata: which family of generators helps most

    Writes OUT/report.html to read, OUT/table.json with every number, OUT/cells.jsonl with every training.

    Example: diptych study fusion --preset quick --real mine --out study
    """

    name: Annotated[Positional[str], arg(metavar="fusion|lowdata|FILE.toml")]
    """A packaged study, or a file of your own; `diptych study fusion --show` prints one to begin with."""
    real: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(required but for --show)")] = None
    """The real cohort, with the splits train and val (or test)."""
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(required but for --show)")] = None
    """The folder of the study, new or to go on with."""
    preset: str = "quick"
    """Which of the packaged studies of that name: quick (chest) and quick-panoramic end in half an
    hour on two cores."""
    transfer: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: none)")] = None
    """Test on this cohort as well, of another source."""
    seeds: Annotated[int | None, arg(metavar="N", help_behavior_hint="(default: as the study says)")] = None
    """Trainings of every learner."""
    runner: Literal["local", "ray"] = "local"
    """Run cells one after the other, or on Ray (pip install "diptych[ray]")."""
    workers: int = 2
    """With --runner ray: how many cells at once, unless RAY_ADDRESS names a cluster."""
    show: bool = False
    """Print the study's file and do nothing."""

    def __post_init__(self) -> None:
        at_least(1, workers=self.workers)
        if self.seeds is not None:
            at_least(1, seeds=self.seeds)

    def __call__(self) -> None:
        """Run what is missing, then say what came out."""
        from diptych.studies.studying import StudyRequest, show, study

        if self.show:
            print(show(self.name, self.preset), end="")
            return
        request = StudyRequest(
            name=self.name,
            preset=self.preset,
            real=self.real,
            out=self.out,
            transfer=self.transfer,
            seeds=self.seeds,
            runner=self.runner,
            workers=self.workers,
        )
        print(*study(request), sep="\n")
