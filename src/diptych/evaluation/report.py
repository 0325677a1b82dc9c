"""The page about an evaluation: verdicts first, then every number between its floor and a bad one."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from diptych.base.atomic import write_text
from diptych.evaluation.compare import Outcome, deciding
from diptych.evaluation.figures import galleries, plots
from diptych.evaluation.measures import AXES, MEASURES
from diptych.evaluation.protocol import Protocol
from diptych.evaluation.rows import Row
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


def write(out: Path, outcome: Outcome, protocol: Protocol, origin: Provenance) -> None:
    """`report.html` and `report.json` into a folder."""
    listed = [row.as_json() for row in outcome.rows]
    write_text(out / "report.json", json.dumps(listed, indent=1, allow_nan=False) + "\n")
    write_report(compose(outcome, protocol, origin), out / "report.html")


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
            Section(key="verdicts", title="In short", blocks=(_verdicts(whole),)),
            *(_axis(axis, [row for row in whole if row.axis == axis]) for axis in axes),
            Section(key="figures", title="Figures", blocks=plots(outcome)),
            Section(key="galleries", title="Galleries", blocks=galleries(outcome)),
            _groups([row for row in rows if row.group != "all"]),
            _all(whole),
            _again(protocol, origin),
        ),
        colophon=f"Written by diptych {version('diptych')}. Apache-2.0. This page needs no network.",
    )


def _software(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    shown = ", ".join(f"{name} {version(name)}" for name in ("diptych", "torch", "numpy", "scipy"))
    return (
        ("Protocol", f"{protocol.name}, SHA-256 {protocol.hash[:16]}"),
        ("Software", f"{shown}, Python {platform.python_version()}"),
    )


def _notice(warnings: tuple[str, ...]) -> Notice:
    if warnings:
        return Notice(title="Read this first.", text=" ".join(warnings))
    return Notice(title="How far this goes.", text=LIMITS)


def _verdicts(rows: Sequence[Row]) -> Block:
    return Judgements(
        rows=tuple(
            Judgement(
                question=QUESTIONS[axis],
                word=row.verdict,
                reason=_reason(row),
                tone=TONES.get(row.verdict, "open"),  # type: ignore[arg-type]
            )
            for axis, row in deciding(rows)
        )
    )


def _reason(row: Row) -> str:
    if not math.isfinite(row.estimate.value):
        return f"{row.metric}: {row.estimate.notes[0] if row.estimate.notes else 'no value'}"
    return (
        f"{_name(row)} is {number(row.estimate.value)}; other real images have {number(row.floor.value)}, "
        f"{row.bad_name} {number(row.bad.value)}."
    )


def _name(row: Row) -> str:
    return f"{row.metric} ({row.extractor})" if row.extractor else row.metric


def _axis(axis: str, rows: Sequence[Row]) -> Section:
    standings = Standings(
        caption=f"Deciding: {', '.join(_name(row) for row in rows if row.primary) or 'none'}",
        rows=tuple(_standing(row) for row in rows),
        good_name="real images",
    )
    return Section(key=axis, title=f"{axis.capitalize()}: {QUESTIONS[axis].lower()}", blocks=(standings,))


def _standing(row: Row) -> Standing:
    card = MEASURES.card(row.metric)
    return Standing(
        name=_name(row),
        value=row.estimate.value,
        low=row.estimate.low,
        high=row.estimate.high,
        bad=row.bad.value,
        good=row.floor.value,
        n=row.estimate.n,
        word=row.verdict,
        tone=TONES.get(row.verdict, "open"),  # type: ignore[arg-type]
        bad_name=row.bad_name,
        unit=row.estimate.unit,
        notes=(card.summary, *row.estimate.notes),
    )


def _groups(rows: Sequence[Row]) -> Section:
    blocks: list[Block] = [
        Prose(
            "The deciding measures by group. Differences between small groups are mostly noise: the gap of "
            "equal groups is never zero, so read it with its interval."
        )
    ]
    if rows:
        head = ("Group", "Measure", "Value", "95 % interval", "n", "Verdict or note")
        blocks.append(Table(caption="By group", head=head, rows=tuple(_group_line(row) for row in rows)))
    else:
        blocks.append(Prose("No group attributes are known on both sides."))
    return Section(key="groups", title="By group", blocks=tuple(blocks))


def _group_line(row: Row) -> tuple[str, ...]:
    found = row.estimate
    known = math.isfinite(found.value)
    interval = f"{number(found.low)} – {number(found.high)}" if math.isfinite(found.low) else "none"
    word = row.verdict if known else "; ".join(found.notes)
    return (row.group, _name(row), number(found.value), interval, str(found.n), word)


def _all(rows: Sequence[Row]) -> Section:
    """Every candidate by every measure, plain numbers."""
    others = tuple(name for name, _ in rows[0].others) if rows else ()
    head = ("Measure", "this cohort", "other real images", "bad reference", *others)
    lines = tuple(
        (
            _name(row),
            number(row.estimate.value),
            number(row.floor.value),
            f"{number(row.bad.value)} ({row.bad_name})",
            *(number(found.value) for _, found in row.others),
        )
        for row in rows
    )
    table = Table(caption="All candidates, all measures", head=head, rows=lines)
    return Section(key="all", title="All numbers", blocks=(table,))


def _again(protocol: Protocol, origin: Provenance) -> Section:
    cards = tuple(
        (name, MEASURES.card(name).reference) for name in dict.fromkeys(i.name for i in protocol.measures)
    )
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
            Command(text=origin.command),
        ),
    )
