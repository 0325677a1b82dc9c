"""The page about an evaluation: verdicts first, then every number between its floor and a bad one."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from diptych.base.atomic import write_json, write_text
from diptych.evaluation.compare import Outcome, deciding
from diptych.evaluation.extractors import EXTRACTORS
from diptych.evaluation.figures import galleries, plots
from diptych.evaluation.measures import AXES, MEASURES
from diptych.evaluation.protocol import Protocol
from diptych.evaluation.rows import WORDS, Row
from diptych.evaluation.tables import cost_table, group_blocks, lineup, measured, unmeasured
from diptych.evaluation.words import GLOSSARY, title
from diptych.reports import (
    Block,
    Command,
    Facts,
    Judgement,
    Judgements,
    Notice,
    Prose,
    Report,
    Section,
    Standing,
    Standings,
    Table,
    write_report,
)
from diptych.reports.page import number

TONES = {"within floor": "good", "between": "fair", "at bad reference": "bad"}
QUESTIONS = {
    "fidelity": "Do they look like the real ones?",
    "diversity": "Are they as varied?",
    "alignment": "Do mask, sentence and image agree?",
    "privacy": "Are training images kept private?",
    "plausibility": "Is the anatomy lawful?",
}
SCALE = (
    "Within floor: these images and other real ones cannot be told apart by this measure. At bad reference: "
    "they are no nearer than images spoilt on purpose. Between: nearer than those, farther than real ones. "
    "The deciding measure with the worst verdict speaks for its axis."
)
LIMITS = (
    "A value within the floor cannot be told from other real images by this measure, with this many images; "
    "it does not say that no reader could tell. A value at the bad reference is as far off as images that "
    "were spoilt on purpose. Extractors are blind to what their cards name, judges make mistakes of their "
    "own, and no number here says that the images help a task: only a study with real test images does."
)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What was compared, and by whom."""

    command: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    cost: tuple[Row, ...] = ()
    """What the synthetic cohort cost, see `cost.cost_rows`."""


def write(out: Path, outcome: Outcome, protocol: Protocol, origin: Provenance) -> None:
    """`report.html`, its numbers as `report.json`, and `about.json`: by whom and of what they are."""
    listed = [row.as_json() for row in (*outcome.rows, *origin.cost)]
    write_text(out / "report.json", json.dumps(listed, indent=1, allow_nan=False) + "\n")
    write_json(out / "about.json", _about(protocol, origin))
    write_report(compose(outcome, protocol, origin), out / "report.html")


def _about(protocol: Protocol, origin: Provenance) -> dict[str, object]:
    """All that two reports must share before their numbers are compared."""
    return {
        "protocol": protocol.name,
        "protocol_sha256": protocol.hash,
        "facts": [list(fact) for fact in origin.facts],
        "software": _versions(),
        "command": origin.command,
        "warnings": list(origin.warnings),
    }


def compose(outcome: Outcome, protocol: Protocol, origin: Provenance) -> Report:
    """The page as blocks."""
    rows, made = outcome.rows, outcome.synthetic
    axes = [axis for axis in AXES if any(row.axis == axis for row in rows)]
    whole = [row for row in rows if row.group == "all"]
    return Report(
        title=f"Can “{made.name}” stand for real radiographs?",
        subtitle=f"{len(made)} {made.body} images against {len(outcome.reference)} real ones "
        f"that no generator saw, by the protocol {protocol.name}.",
        facts=Facts(rows=(*origin.facts, *_software(protocol))),
        notice=_notice(origin.warnings),
        sections=(
            Section(key="verdicts", title="In short", blocks=(_verdicts(whole), Prose(SCALE))),
            *(_axis(axis, [row for row in whole if row.axis == axis]) for axis in axes),
            Section(key="all", title="All in one table", blocks=(lineup([r for r in whole if measured(r)]),)),
            Section(key="groups", title="Groups: are all served alike?", blocks=group_blocks(outcome)),
            Section(key="cost", title="Cost", blocks=(cost_table(origin.cost),)),
            Section(key="figures", title="Figures", blocks=plots(outcome)),
            Section(key="galleries", title="Galleries", blocks=galleries(outcome)),
            Section(key="words", title="Words", blocks=(Facts(rows=GLOSSARY),)),
            _again(protocol, origin, tuple(dict.fromkeys(row.metric for row in whole))),
        ),
        colophon=f"Written by diptych {version('diptych')}. Apache-2.0. This page needs no network.",
    )


def _software(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    return (
        ("Protocol", f"{protocol.name}, SHA-256 {protocol.hash[:16]}"),
        ("Software", ", ".join(f"{name} {number}" for name, number in _versions().items())),
    )


def _versions() -> dict[str, str]:
    told = {name: version(name) for name in ("diptych", "torch", "numpy", "scipy")}
    return {**told, "Python": platform.python_version()}


def _notice(warnings: tuple[str, ...]) -> Notice:
    if warnings:
        return Notice(title="Read this first.", text=" ".join(warnings))
    return Notice(title="How far this goes.", text=LIMITS)


def _verdicts(rows: Sequence[Row]) -> Block:
    return Judgements(
        rows=tuple(
            Judgement(
                question=QUESTIONS[axis],
                word=_word(row),
                reason=_reason(row),
                tone=TONES.get(row.verdict, "open"),  # type: ignore[arg-type]
            )
            for axis, row in deciding(rows)
        )
    )


def _word(row: Row) -> str:
    return row.verdict if row.verdict in WORDS else "no verdict"


def _reason(row: Row) -> str:
    name = title(row.metric, row.extractor)
    if not math.isfinite(row.estimate.value):
        return f"{name}: {row.estimate.notes[0] if row.estimate.notes else 'no value'}"
    told = (
        f"{name}: {number(row.estimate.value)}; other real images {number(row.floor.value)}, "
        f"{row.bad_name} {number(row.bad.value)}."
    )
    return told if row.verdict in WORDS else f"{told} {_open(row)}"


def _open(row: Row) -> str:
    """Why there is no verdict although there is a value."""
    if not (math.isfinite(row.floor.value) and math.isfinite(row.bad.value)):
        return "No verdict: nothing known stands beside it."
    return "No verdict: real and spoilt images cannot be told apart with so few."


def _axis(axis: str, rows: Sequence[Row]) -> Section:
    deciding = ", ".join(title(row.metric) for row in rows if row.primary and measured(row))
    blocks: list[Block] = []
    if any(measured(row) for row in rows):
        standings = Standings(
            caption=f"The verdict rests on: {deciding or 'none of these'}.",
            rows=tuple(_standing(row) for row in rows if measured(row)),
            good_name="real images",
        )
        blocks.append(standings)
    if left := unmeasured(rows):
        blocks.append(Prose(left))
    return Section(key=axis, title=f"{axis.capitalize()}: {QUESTIONS[axis].lower()}", blocks=tuple(blocks))


def _standing(row: Row) -> Standing:
    card = MEASURES.card(row.metric)
    why = (_open(row),) if row.verdict == "cannot tell" else ()
    return Standing(
        name=title(row.metric, row.extractor),
        value=row.estimate.value,
        low=row.estimate.low,
        high=row.estimate.high,
        bad=row.bad.value,
        good=row.floor.value,
        n=row.estimate.n,
        word=_word(row),
        tone=TONES.get(row.verdict, "open"),  # type: ignore[arg-type]
        bad_name=row.bad_name,
        unit=row.estimate.unit,
        notes=(f"{card.summary[0].upper()}{card.summary[1:]}.", *why, *row.estimate.notes),
    )


def _again(protocol: Protocol, origin: Provenance, measures: Sequence[str]) -> Section:
    cards = tuple((f"{title(name)} [{name}]", MEASURES.card(name).reference) for name in measures)
    return Section(
        key="protocol",
        title="Protocol and limits",
        blocks=(
            Prose(LIMITS),
            Prose(
                f"{protocol.name}: {protocol.summary}. Seed {protocol.seed}, at most {protocol.most} images "
                f"a side, equal n on both sides, k = {protocol.settings.k}. Hash {protocol.hash}."
            ),
            Table(caption="Sources", head=("Measure", "Source"), rows=cards),
            Table(
                caption="Extractors", head=("Extractor", "What it is", "Blind to"), rows=_extractors(protocol)
            ),
            Command(text=origin.command),
        ),
    )


def _extractors(protocol: Protocol) -> tuple[tuple[str, ...], ...]:
    names = dict.fromkeys(name for item in protocol.measures for name in item.extractors)
    cards = [EXTRACTORS.card(name) for name in names if name in EXTRACTORS]
    return tuple((card.name, card.summary, card.blind_to) for card in cards)
