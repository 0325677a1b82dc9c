"""The page about a study: the answer in a sentence first, then everything that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from diptych.reports import Block, Command, Facts, Fold, Notice, Prose, Report, Section, Table
from diptych.studies.answered import Answer, TaskAnswer
from diptych.studies.registered import counted
from diptych.studies.report_cards import cards
from diptych.studies.report_failures import failures, is_registered
from diptych.studies.report_plots import cost_plane, forests, learning_curves, primary_forest
from diptych.studies.report_tables import (
    class_table,
    group_tables,
    maker_table,
    score_table,
    secondary_tables,
    versus_table,
    without_table,
)
from diptych.studies.report_words import limits


def compose(answer: Answer, command: str = "") -> Report:
    """The page as blocks; `command` is the line that ran the study."""
    study = answer.placed.study
    return Report(
        title=f"Does synthetic data help? {study.name}",
        subtitle=f"Task {study.task}: learners trained with and without synthetic images, beside "
        "controls, and tested on real images that nothing had seen.",
        facts=_facts(answer),
        notice=Notice(title="The answer.", text=_first(answer)),
        sections=(
            Section(key="short", title="In short", blocks=(cards(answer), primary_forest(_tasks(answer)))),
            Section(
                key="arms", title="Every arm: against real-only and its repeats", blocks=_arms(answer.own)
            ),
            *_curves(answer.own),
            *_without(answer),
            *_makers(answer),
            *_who(answer),
            *_secondary(answer),
            *(_elsewhere(n, task) for n, task in enumerate(answer.elsewhere, start=1)),
            _failures(answer),
            Section(key="limits", title="Limits", blocks=tuple(Prose(text) for text in limits(answer))),
            _again(answer, command),
        ),
        colophon=f"Written by diptych {version('diptych')}. Apache-2.0. This page needs no network.",
    )


def _first(answer: Answer) -> str:
    """The sentence, and that it may change while it may."""
    missing = answer.wanted - answer.present
    return (
        f"{answer.sentence} {missing} of {answer.wanted} cells are missing." if missing else answer.sentence
    )


def _tasks(answer: Answer) -> tuple[TaskAnswer, ...]:
    return (answer.own, *answer.elsewhere)


def _facts(answer: Answer) -> Facts:
    study, found = answer.placed.study, answer.own.primary
    chosen = "; ".join(f"{name} {score:.3f}" for name, score in found.scores)
    return Facts(
        rows=(
            ("Cells", f"{answer.present} of {answer.wanted}"),
            ("Decides", f"{answer.own.outcome.name} ({answer.own.outcome.over})"),
            ("Real images", ", ".join(f"{answer.placed.images(size):.0f}" for size in study.sizes)),
            ("Learners", ", ".join(study.learners)),
            ("Families of generators", ", ".join(family.name for family in study.families) or "none"),
            ("Seeds", f"{study.seeds} a learner, {study.generator_seeds} a generator"),
            ("Controls to beat", chosen or "not there yet"),
            ("Margin set beforehand", f"{study.margin:g}"),
        )
    )


def _arms(task: TaskAnswer) -> tuple[Block, ...]:
    """A drawing and all numbers a control; what only repeats the registered comparison is not drawn again."""
    blocks: list[Block] = []
    for table in task.tables:
        if len(table.rows) > 1 or not is_registered(table.rows[0], table, task):
            blocks.append(forests(task, table))
        blocks += [
            Fold(title=f"All numbers, less {table.control.label}", blocks=(versus_table(task, table),)),
        ]
    return tuple(blocks) or (Prose("Neither real-only nor duplicate-real has cells beside another arm yet."),)


def _curves(task: TaskAnswer) -> Iterator[Section]:
    drawn = learning_curves(task)
    blocks: tuple[Block, ...] = (score_table(task.scores, task.outcome),)
    if drawn:
        read = "Intervals are of one score each. Those of two arms overlap more than their difference tells."
        blocks = (Prose(read), drawn, Fold(title="All scores, and their worth in real images", blocks=blocks))
    title = "Learning curves: what is a gain worth?" if drawn else "Scores: what every arm reaches"
    yield Section(key="curves", title=title, blocks=blocks)


def _without(answer: Answer) -> Iterator[Section]:
    rows = answer.own.without_real
    if rows:
        table = without_table(rows, answer.own.outcome, answer.placed.study.margin)
        yield Section(key="without", title="Without real images: what is kept?", blocks=(table,))


def _makers(answer: Answer) -> Iterator[Section]:
    if not answer.makers:
        return
    control = answer.own.primary.control
    against = control.label if control else "its control"
    drawn = cost_plane(answer.makers)
    families = [row for row in answer.makers if row.seed is None]
    alone = [row for row in answer.makers if row.seed is not None]
    table = maker_table(families, against, answer.own.outcome)
    each = Fold(title="Every generator by itself", blocks=(maker_table(alone, against, answer.own.outcome),))
    blocks = (drawn, table, each) if drawn else (table, each)
    yield Section(key="makers", title="Fidelity and cost: which generator?", blocks=blocks)


def _who(answer: Answer) -> Iterator[Section]:
    who = answer.who
    if who and (who.classes or who.groups):
        blocks: tuple[Block, ...] = group_tables(who.groups, answer.own.outcome)
        if who.classes:
            blocks = (class_table(who.classes, answer.own.outcome), *blocks)
        yield Section(key="who", title="Who gains: classes and groups", blocks=blocks)


def _secondary(answer: Answer) -> Iterator[Section]:
    found = answer.own.primary
    if found.control and len(answer.secondary) > 1:
        tables = secondary_tables(answer.secondary, found.arm.label, found.control.label)
        yield Section(key="outcomes", title="Other outcomes", blocks=tables)


def _elsewhere(number: int, task: TaskAnswer) -> Section:
    told = (
        f"The same trained learners on images of another source: {task.task}. Nothing was "
        "chosen by them, and the registered comparison was not registered for them."
    )
    scores = Fold(title="All scores", blocks=(score_table(task.scores, task.outcome),))
    return Section(key=f"elsewhere-{number}", title=task.task, blocks=(Prose(told), *_arms(task), scores))


def _failures(answer: Answer) -> Section:
    found = failures(answer)
    told = "Harm is named before Holm's correction, so that it is not excused by the number of arms."
    if not found:
        return Section(key="failures", title="Failures", blocks=(Prose("The tables show none."),))
    table = Table(caption=told, head=("What", "How far"), rows=found)
    return Section(key="failures", title=f"Failures: {counted(len(found), 'line')}", blocks=(table,))


def _again(answer: Answer, command: str) -> Section:
    name = answer.placed.study.name
    told = (
        "The same command goes on where the study stopped; when nothing is missing it only writes this "
        "page anew. Every number here is reckoned from cells.jsonl, the same to the digit."
    )
    line = command or f"diptych study {name} --real DIR --out DIR"
    return Section(key="again", title="Repeat it", blocks=(Prose(told), Command(text=line)))
