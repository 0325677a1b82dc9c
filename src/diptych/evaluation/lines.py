"""One line of a report: a number, what was wanted of it, and whether it is so."""

from __future__ import annotations

from dataclasses import dataclass

from diptych.metrics.estimate import Estimate


@dataclass(frozen=True, kw_only=True)
class Line:
    """A measured value; `least` and `most` are the bounds that it was to keep, if any."""

    name: str
    estimate: Estimate
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the value keeps its bounds; None when it has none."""
        if self.least is None and self.most is None:
            return None
        above = self.least is None or self.estimate.value >= self.least
        return above and (self.most is None or self.estimate.value <= self.most)

    def __str__(self) -> str:
        text = f"{self.name}: {self.estimate}"
        if self.least is not None:
            text += f"; wanted >= {self.least:.4g}"
        if self.most is not None:
            text += f"; wanted <= {self.most:.4g}"
        if self.met is not None:
            text += ": yes" if self.met else ": NO"
        return text + "".join(f"\n    {note}" for note in self.estimate.notes)
