"""The quality gate's scores of one synthetic sample, and the thresholds that they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.base.errors import DiptychError


@dataclass(frozen=True, kw_only=True)
class LabelScore:
    """How well the judge's mask of one label meets the sample's own."""

    code: int
    dice: float
    """0 to 1, higher is better; 0 where the judge does not see the label at all."""


@dataclass(frozen=True, kw_only=True)
class GateScores:
    """What the gate found in one sample. None: not asked, or nothing to compare.

    Raises `DiptychError` for a number out of its range.
    """

    agreement: float | None = None
    """Mean Dice, 0 to 1, of the judge's mask and the sample's own, over the labels that the sample has."""
    worst: float | None = None
    """The lowest of those Dice values."""
    unseen: tuple[int, ...] = ()
    """Labels that the sample has and the judge does not see."""
    extra: tuple[int, ...] = ()
    """Labels that the judge sees and the sample does not have."""
    nearest: float | None = None
    """Distance to the nearest training image, in units of the distance below which an image counts as a
    copy; 0 is the same picture."""
    confidence: float | None = None
    """The classifier's probability of what was asked, 0 to 1: the lowest over its findings, of the finding
    where it was asked for and of its absence where it was not."""
    labels: tuple[LabelScore, ...] = ()
    """Dice of every label that the sample has."""

    def __post_init__(self) -> None:
        shares = (self.agreement, self.worst, self.confidence, *(label.dice for label in self.labels))
        for share in shares:
            if share is not None and not 0 <= share <= 1:
                raise DiptychError.of("gate", f"{share} is no share", "give a number from 0 to 1")
        if self.nearest is not None and not 0 <= self.nearest < float("inf"):
            raise DiptychError.of("gate", f"{self.nearest} is no distance", "give 0 or more")


@dataclass(frozen=True, kw_only=True)
class GateThresholds:
    """What a sample must reach to pass; as it stands only copies are turned away."""

    agreement: float = 0.0
    """Least mean Dice."""
    worst: float = 0.0
    """Least Dice of any label."""
    confidence: float = 0.0
    """Least probability of what was asked."""
    nearest: float = 1.0
    """Least distance to a training image; nearer than 1 is a copy."""
    unseen: int | None = None
    """Most labels that the judge may miss; None is any number."""
    extra: int | None = None
    """Most labels that the judge may see besides; None is any number."""

    def reasons(self, scores: GateScores) -> tuple[str, ...]:
        """The scores that fall short, by name; empty for a sample that passes. None never falls short."""
        least, most = ("agreement", "worst", "confidence", "nearest"), ("unseen", "extra")
        low = [name for name in least if _below(getattr(scores, name), getattr(self, name))]
        many = [name for name in most if _above(len(getattr(scores, name)), getattr(self, name))]
        return (*low, *many)


@dataclass(frozen=True, kw_only=True)
class GateConfig:
    """How strict the gate is: for each score the share of real images that would fall short of it.

    A judge that learned from few images errs more than one that learned from many, so thresholds are read off
    real images that the judge did not learn from. A share of 0 lets every sample pass by that score.
    """

    agreement: float = 0.05
    worst: float = 0.05
    confidence: float = 0.05
    unseen: float = 0.05
    extra: float = 0.05
    nearest: float = 1.0
    """No share, but the least distance itself: 1 is what the copy audit calls a copy; 0 lets all pass."""

    def thresholds(self, real: Sequence[GateScores]) -> GateThresholds:
        """What the scores of real images set; the worst of them, where they are too few for a share."""
        return GateThresholds(
            agreement=_low([s.agreement for s in real], self.agreement),
            worst=_low([s.worst for s in real], self.worst),
            confidence=_low([s.confidence for s in real], self.confidence),
            nearest=self.nearest,
            unseen=_high([len(s.unseen) for s in real], self.unseen),
            extra=_high([len(s.extra) for s in real], self.extra),
        )


def _low(values: Sequence[float | None], share: float) -> float:
    """The value below which the share lies."""
    known = sorted(value for value in values if value is not None)
    return known[_rank(len(known), share)] if known and share > 0 else 0.0


def _high(counts: Sequence[int], share: float) -> int | None:
    """The count above which the share lies at most."""
    return sorted(counts, reverse=True)[_rank(len(counts), share)] if counts and share > 0 else None


def _rank(count: int, share: float) -> int:
    """How many of so many values may fall short, so that new ones do by the share on average."""
    return min(max(int(share * (count + 1)) - 1, 0), count - 1)


def _below(value: float | None, least: float) -> bool:
    return value is not None and value < least


def _above(count: int, most: int | None) -> bool:
    return most is not None and count > most
