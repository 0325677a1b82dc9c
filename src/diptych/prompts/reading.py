"""What a sentence was understood to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diptych.prompts.marks import suggest
from diptych.records.finding import Finding

_SHOWN = 60
"""Letters of a sentence's own words that a message repeats."""


def shown(text: str) -> str:
    """What a message repeats of a word or sentence, which may be of any length."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The findings and groups that a sentence states, and everything in it that is in doubt."""

    body: str
    findings: frozenset[Finding]
    groups: Mapping[str, str] = field(default_factory=dict)
    """`view`, `sex`, `age` (whole years), `age_group`; only what the sentence says."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Stated numbers: `teeth` present, or of a finding ("two infected areas": opacity 2)."""
    unknown: tuple[str, ...] = ()
    """Words that are not in the lexicon, each once, in order."""
    absent: frozenset[Finding] = frozenset()
    """What the sentence says is not there ("no effusion"), without what it also says is there."""
    problems: tuple[str, ...] = ()
    """What does not fit together or was left open, one line each."""

    @property
    def suggestions(self) -> dict[str, str]:
        """For unknown words that look misspelt, the word that was probably meant."""
        return {word: meant for word in self.unknown if (meant := suggest(word, self.body))}

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a person should hear of before the sentence is used, one line each."""
        meant = self.suggestions
        unknown = (
            f"unknown word {shown(word)!r}" + (f": did you mean {meant[word]!r}?" if word in meant else "")
            for word in self.unknown
        )
        return (*self.problems, *unknown)
