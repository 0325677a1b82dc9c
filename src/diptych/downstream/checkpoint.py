"""Trained learners on disk: judges that also say which task they learned, how, and from what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError
from diptych.downstream.fit import FitResult
from diptych.downstream.learners import LEARNERS
from diptych.downstream.learning import LearnConfig, Learned
from diptych.downstream.store import load_judge, read_about, save_judge
from diptych.downstream.tasks import find_task
from diptych.records.cohort import Cohort
from diptych.records.sample import Record


@dataclass(frozen=True, kw_only=True)
class About:
    """What stands beside the judge's own config."""

    task: str
    learner: str
    learn: LearnConfig
    result: FitResult
    rows: int
    seconds: float
    notes: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    """Fingerprints of the cohorts of which rows were trained or stopped on."""


def save_learned(learned: Learned, folder: Path, cohorts: Iterable[Cohort] = ()) -> None:
    """Write a checkpoint folder: weights, config, and a card that says what the `cohorts` taught it.

    `load_segmenter` and `load_classifier` read it, so `diptych evaluate` and the gate take it as a judge.
    The folder appears when it is complete. Raises `DiptychError` when it is in use.
    """
    parts = tuple(cohorts)
    about = About(
        task=learned.task.name,
        learner=learned.learner,
        learn=learned.config,
        result=learned.result,
        rows=learned.rows,
        seconds=round(learned.seconds, 1),
        notes=learned.notes,
        cohorts=tuple(part.fingerprint() for part in parts),
    )
    records = [record for part in parts for record in part.records]
    save_judge(learned.judge, folder, encode(about), _card(learned, records))


def open_learned(folder: Path | str) -> Learned:
    """A learner that was saved. Raises `DiptychError` for a folder that is damaged or holds another judge."""
    where = Path(folder) / "config.json"
    told = read_about(Path(folder))
    if "task" not in told:
        raise DiptychError.of(str(where), "names no task", "give what diptych downstream train wrote")
    about = decode(About, told, f"{where}, field about")
    return Learned(
        judge=load_judge(Path(folder)),
        task=find_task(about.task),
        learner=about.learner,
        config=about.learn,
        result=about.result,
        rows=about.rows,
        seconds=about.seconds,
        notes=about.notes,
    )


def _card(learned: Learned, records: list[Record]) -> str:
    config, card = learned.judge.config, LEARNERS.card(learned.learner)
    count = sum(p.numel() for p in learned.judge.net.parameters())
    height, width = config.size
    lines = [
        f"# {learned.task.name}, by {learned.learner}",
        "",
        f"Learned the task `{learned.task.name}` on {config.body} radiographs of {height} x {width} pixels. "
        f"{card.summary}; {count / 1e6:.2f} M parameters. {card.reference}.",
        "",
        "## Data",
        f"- {learned.rows} training rows; the rows it was stopped by are real.",
        *(f"- {line}" for line in _origins(records)),
        *(f"- {note}" for note in learned.notes),
        "",
        "## What it reaches",
        f"{learned.task.validation} {learned.result.score:.4f} on the rows that it was stopped by, at step "
        f"{learned.result.step} of {learned.config.steps}: the best of {len(learned.result.history)} looks, "
        "so too good. `diptych downstream test` says what it does on rows it never saw.",
        "",
        "## Limits",
        "For comparing cohorts and judging synthetic images of this kind, never for a diagnosis.",
    ]
    return "\n".join(lines) + "\n"


def _origins(records: list[Record]) -> list[str]:
    """How many images of which kind, source and licence."""
    kinds = Counter((r.provenance.kind, r.source or "not told", r.licence or "not told") for r in records)
    return [
        f"{n} {kind} images: {source}. Licence: {licence}" for (kind, source, licence), n in kinds.items()
    ]
