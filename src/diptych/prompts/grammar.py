"""Findings to a sentence, in many wordings. `parser.parse` reads every one of them back."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from diptych.base.errors import DiptychError, Problems
from diptych.prompts import chest_clauses, panoramic_clauses, tokens
from diptych.prompts.style import FRAMES, Style, patient, readable_groups, sentence
from diptych.records.finding import Finding
from diptych.records.vocabulary import BODIES, check_finding

__all__ = ["FRAMES", "render"]


def render(
    body: str, findings: Collection[Finding], groups: Mapping[str, str] | None = None, wording: int = 0
) -> str:
    """A sentence that says exactly these findings and groups.

    `wording` is any number from 0: it picks one of `FRAMES` sentence frames and, inside it, the
    words, the order, names or numbers of teeth, and what is said to be absent. 0 is plain:
    "Panoramic radiograph, teeth 18, 28, 38 and 48 missing, restorations." The same arguments
    give the same sentence. The grammar is closed-world: what is not said is not there, and a tooth
    not said to be missing is present. A sentence longer than `tokens.ENOUGH` words is told more briefly.

    Raises `DiptychError` for a finding that the body region does not have and for a wrong group value.
    """
    if body not in BODIES:
        raise DiptychError.of("body", f"unknown body region {body!r}", f"choose from {', '.join(BODIES)}")
    if wording < 0:
        raise DiptychError.of("wording", f"is {wording}", "give a number from 0")
    problems = Problems()
    for finding in findings:
        with problems.collect():
            check_finding(body, finding)
    problems.raise_any()
    said = readable_groups(body, groups or {})
    text = _write(body, findings, said, Style(wording=wording))
    if len(tokens.split(text)) > tokens.ENOUGH:
        text = _write(body, findings, said, Style(wording=wording, brief=True))
    return text


def _write(body: str, findings: Collection[Finding], groups: Mapping[str, str], style: Style) -> str:
    return _frame(_opening(body, groups, style), _clauses(body, frozenset(findings), style), style)


def _opening(body: str, groups: Mapping[str, str], style: Style) -> str:
    if body == "chest":
        return chest_clauses.opening(groups.get("view", ""), style) + patient(groups, style)
    return style.pick("opening", panoramic_clauses.OPENINGS) + patient(groups, style)


def _clauses(body: str, findings: Collection[Finding], style: Style) -> list[str]:
    if body == "chest":
        return chest_clauses.clauses(findings, style)
    return panoramic_clauses.clauses(findings, style)


def _frame(opening: str, clauses: list[str], style: Style) -> str:
    if not clauses:
        return sentence(opening)
    separate, together = "; ".join(clauses), ", ".join(clauses)
    last = ", and ".join(filter(None, (", ".join(clauses[:-1]), clauses[-1])))
    each = " ".join(sentence(clause) for clause in clauses)
    frames = (
        lambda: sentence(f"{opening}, {together}"),
        lambda: sentence(f"{opening}: {separate}"),
        lambda: f"{sentence(opening)} {each}",
        lambda: sentence(f"{opening} showing {last}"),
        lambda: f"{each} {sentence(opening)}",
        lambda: f"{sentence(opening)} {sentence(separate)}",
        lambda: f"{sentence(opening)} Findings: {together}.",
        lambda: sentence(f"{opening} with {separate}"),
    )
    return frames[style.frame]()
