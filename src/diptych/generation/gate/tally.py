"""Who passed the gate and who did not, and why; written beside the cohort as `gate.json`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from diptych.base.atomic import write_json
from diptych.base.config import encode
from diptych.generation.drawn import Drawn
from diptych.generation.gate.judges import JudgeFacts
from diptych.records.gate import GateConfig, GateScores, GateThresholds

GATE_FILE = "gate.json"


@dataclass(frozen=True, kw_only=True)
class GateFacts:
    """What stood at the gate."""

    thresholds: GateThresholds
    config: GateConfig
    """How strict the gate was asked to be."""
    real_images: int
    """Real images that set the thresholds; the judge did not learn from them."""
    only_score: bool
    """Whether samples that fall short were kept."""
    train: str
    """Fingerprint of the cohort of training images."""
    same_training: bool
    """Whether the checkpoint says that it learned from that very cohort."""
    train_images: int
    copy_distance: float
    """The distance to a training image that is called 1 in the scores: 0 is the same picture, 1.41 is
    unrelated."""
    judge: JudgeFacts
    classifier: JudgeFacts | None


@dataclass(frozen=True, kw_only=True)
class Short:
    """A sample that fell short of a threshold."""

    seed: int
    request: str
    reasons: tuple[str, ...]
    scores: GateScores
    """Without those of single labels."""


@dataclass(kw_only=True)
class Tally:
    """Counts what went through the gate."""

    facts: GateFacts
    tried: int = 0
    short: list[Short] = field(default_factory=list)

    def enter(self, drawn: Drawn, scores: GateScores) -> bool:
        """Count a sample and say whether it passes."""
        self.tried += 1
        reasons = self.facts.thresholds.reasons(scores)
        if reasons:
            plain = replace(scores, labels=())
            self.short.append(Short(seed=drawn.seed, request=drawn.text, reasons=reasons, scores=plain))
        return self.facts.only_score or not reasons

    @property
    def accepted(self) -> int:
        """Samples that were let through."""
        return self.tried if self.facts.only_score else self.tried - len(self.short)

    @property
    def by_reason(self) -> dict[str, int]:
        """How often each score fell short; a sample may do so by several."""
        return dict(sorted(Counter(reason for short in self.short for reason in short.reasons).items()))

    def line(self) -> str:
        """One line for people."""
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.by_reason.items())
        told = f": {reasons}" if reasons else ""
        if self.facts.only_score:
            return f"gate: {self.tried} scored, {len(self.short)} of them fall short{told}"
        return f"gate: {self.accepted} accepted of {self.tried}, {len(self.short)} rejected{told}"

    def write(self, folder: Path) -> None:
        """Put `gate.json` into a cohort's folder."""
        told = {
            **encode(self.facts),
            "tried": self.tried,
            "accepted": self.accepted,
            "short_by_reason": self.by_reason,
            "fell_short": [encode(short) for short in self.short],
        }
        write_json(folder / GATE_FILE, told)
