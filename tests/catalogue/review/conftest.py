"""A small review to work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from diptych.catalogue.review import (
    Review,
    ReviewConfig,
    Search,
    Sitting,
    Verdict,
    decide,
    import_searches,
    open_review,
)

Say = Callable[..., Review]


def export(path: Path, *titles: str, author: str = "Rossi, Giulia", year: int = 2023) -> Path:
    """A RIS file with a record for each title."""
    rows = [f"TY  - JOUR\nTI  - {t}\nAU  - {author}\nPY  - {year}\nDB  - PubMed\nER  - \n" for t in titles]
    path.write_text("".join(rows))
    return path


TITLES = ("Alpha of teeth", "Beta of lungs", "Gamma of brains", "Delta of hearts", "Epsilon of eyes")
IDS = tuple(f"rossi2023{title.split()[0].lower()}" for title in TITLES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A review of five records by two reviewers."""
    config = ReviewConfig(title="Organs", reviewers=2)
    import_searches(
        [export(tmp_path / "a.ris", *TITLES)], tmp_path / "review", Search(date="2026-01-01"), config
    )
    return tmp_path / "review"


@pytest.fixture
def say(folder: Path) -> Say:
    """Log decisions of one reviewer by the last word of each id; gives the review as it is then."""

    def log(
        stage: str, reviewer: str, words: dict[str, str | Sequence[str]], *, consensus: bool = False
    ) -> Review:
        sitting = Sitting(stage=stage, reviewer=reviewer, date="2026-02-02", consensus=consensus)  # type: ignore[arg-type]
        told = [
            (f"rossi2023{name}", [word] if isinstance(word, str) else word) for name, word in words.items()
        ]
        verdicts = [Verdict(record=r, word=w[0], reason=w[1] if len(w) > 1 else "") for r, w in told]
        decide(open_review(folder), sitting, verdicts)
        return open_review(folder)

    return log
