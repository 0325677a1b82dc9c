"""The page, the table and the lines of a study: complete, safe, the same again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.reports import Cell as Shown
from diptych.reports import render
from diptych.studies.answer import answer_study
from diptych.studies.answered import Answer, answered
from diptych.studies.cells import Cell
from diptych.studies.design import Family, Learning, Primary, Study, StudyArm
from diptych.studies.report import compose
from diptych.studies.report_cards import cards
from diptych.studies.report_failures import failures
from diptych.studies.report_json import answer_json
from diptych.studies.report_lines import answer_lines
from diptych.studies.report_ranges import possible_gain, possible_score
from diptych.studies.report_tables import maker_table, score_table, without_table
from diptych.studies.report_words import limits
from diptych.studies.wanted import wanted_cells

HOSTILE = '<script src="http://evil">x</script>" onload="y $\\frac'

STUDY = Study(
    name="trial",
    task="lungs",
    learning=Learning(size=(64, 96), steps=10),
    sizes=(8.0, 16.0),
    arms=(
        StudyArm(strategy="real-only"),
        StudyArm(strategy="duplicate-real"),
        StudyArm(strategy="augmented-real"),
        StudyArm(strategy="pretrain-then-finetune"),
        StudyArm(strategy="matched-distribution"),
        StudyArm(strategy="synthetic-only"),
    ),
    primary=Primary(arm="pretrain-then-finetune", family=HOSTILE, against=("augmented-real",)),
    learners=("unet",),
    families=(Family(name=HOSTILE, recipe="chest_gan_nano"),),
    seeds=2,
    generator_seeds=2,
)
GAINS = {"pretrain-then-finetune": 0.06, "matched-distribution": -0.08, "synthetic-only": -0.2}


def simulate(study: Study, task: str) -> list[Cell]:
    """Every arm gains what `GAINS` says; `left` loses by every arm but real-only."""
    chance = np.random.default_rng(5)
    difficulty = chance.normal(0.6, 0.05, 12)
    cells = []
    for wanted in wanted_cells(study):
        scores = difficulty + GAINS.get(wanted.arm.strategy, 0.0) + 0.01 * wanted.size
        scores = scores + chance.normal(0, 0.004, 12)
        left = np.clip(scores - 2 * GAINS.get(wanted.arm.strategy, 0.0), 0, 1)
        cells.append(
            Cell(
                study=study.name,
                task=task,
                arm=wanted.arm_name,
                fraction=wanted.size / 40,
                ratio=wanted.arm.ratio if wanted.arm.added else 0.0,
                learner=wanted.learner,
                generator_seed=wanted.generator_seed,
                seed=wanted.seed,
                images=0 if wanted.arm.without_real else int(wanted.size),
                subjects=tuple(f"s{i:02}" for i in range(12)),
                scores={"dice": {HOSTILE: tuple(scores), "left": tuple(left), "all": tuple(scores)}},
                extra={"copies": "0.080 (0.020, 0.150)"} if wanted.arm.drawn else {},
            )
        )
    return cells


class Walk(HTMLParser):
    """Elements and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    return [*simulate(STUDY, "lungs"), *simulate(STUDY, f"lungs on {HOSTILE}")]


@pytest.fixture(scope="module")
def folder(cells: list[Cell], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("study")
    lines = answer_study(STUDY, cells, out, command=f"diptych study {HOSTILE}")
    (out / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def answer(cells: list[Cell], folder: Path) -> Answer:
    return answered(STUDY, cells, folder)


@pytest.fixture(scope="module")
def page(folder: Path) -> Walk:
    return Walk((folder / "report.html").read_text(encoding="utf-8"))


def test_the_answer_stands_first(page: Walk, answer: Answer) -> None:
    assert answer.sentence.startswith("Gain shown: with 8 real images")
    assert page.text.index(answer.sentence) < page.text.index("better than the best control?")


def test_the_page_needs_nothing_else_and_names_stay_text(page: Walk) -> None:
    addresses = [at[key] for _, at in page.seen for key in ("src", "href") if at.get(key)]
    assert addresses and all(str(address).startswith(("data:", "#")) for address in addresses)
    assert "script" not in {tag for tag, _ in page.seen}
    assert not any("onload" in at for _, at in page.seen)
    assert HOSTILE in page.text


def test_every_section_is_there_and_reached(page: Walk) -> None:
    names = [str(at["id"]) for tag, at in page.seen if tag == "section"]
    assert names == [
        *("short", "arms", "curves", "without", "makers", "who", "elsewhere-1", "failures", "limits", "again")
    ]
    links = {str(at["href"])[1:] for tag, at in page.seen if tag == "a"}
    assert set(names) <= links


def test_drawings_say_in_words_what_they_show(page: Walk, answer: Answer) -> None:
    told = [str(at["aria-label"]) for _, at in page.seen if at.get("role") == "img"]
    # The registered comparison, two sizes by two controls here and elsewhere, and curves.
    assert len([label for label in told if "pretrain-then-finetune" in label]) == 1 + 8 + 1 - 1
    gain = answer.own.primary.found.gain.estimate
    assert f"lungs, as registered: {gain.value:+.3f}, {gain.low:+.3f} to {gain.high:+.3f}" in told[0]


def test_failures_are_named(answer: Answer, page: Walk) -> None:
    found = [what for what, _ in failures(answer)]
    assert f"matched-distribution ({HOSTILE}) is worse than real-only on lungs" in found
    assert f"synthetic-only ({HOSTILE}) is worse than duplicate-real on lungs" in found
    assert "The class left loses by the registered arm" in found
    assert f"The generator {HOSTILE}, seed 1, 8 real images copies training images" in found
    assert not [what for what in found if what.startswith("The registered arm")]
    assert all(what in page.text for what in found)


def test_limits_are_those_of_this_study(answer: Answer, tmp_path: Path) -> None:
    whole = "\n".join(limits(answer))
    assert "2 generators of a family speak only for themselves" in whole
    assert (
        "Few seeds (2)" in whole
        and "twice as often" in whole
        and "of 12 subjects" in whole
        and "64 x 96 pixels" in whole
    )
    assert "not finished" not in whole
    part = answered(STUDY, [cell for cell in answer.placed.cells if cell.fraction == 0.2], tmp_path)
    assert "18 of 36 cells are missing" in "\n".join(limits(part))


def test_the_table_is_strict_json(folder: Path, answer: Answer) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    told = json.loads((folder / "table.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert told["sentence"] == answer.sentence and told["placed"] == "trial"
    assert (told["present"], told["wanted"]) == (36, 36)
    gain = answer.own.primary.found.gain
    assert told["own"]["primary"]["found"]["gain"]["p"] == round(gain.p, 6)
    assert told["makers"][0]["seconds"] is None
    first = told["own"]["tables"][0]["rows"][0]
    assert first["verdict"] == answer.own.tables[0].rows[0].verdict


def test_the_lines_hold_every_row(folder: Path, answer: Answer) -> None:
    lines = (folder / "lines.txt").read_text(encoding="utf-8").split("\n")
    assert lines[:2] == [answer.sentence, "36 of 36 cells are there."]
    assert lines[-1] == f"{folder / 'report.html'}: the answer with all that it rests on"
    for row in answer.own.tables[0].rows:
        assert [line for line in lines if line.startswith(row.arm.label) and line.endswith(row.verdict)]


def test_the_same_cells_give_the_same_files(folder: Path, cells: list[Cell], answer: Answer) -> None:
    again = answered(STUDY, cells[::-1], folder)
    assert answer_json(again) == (folder / "table.json").read_text(encoding="utf-8")
    page = render(compose(again, command=f"diptych study {HOSTILE}"))
    assert page == (folder / "report.html").read_text(encoding="utf-8")


def test_a_study_that_has_begun_has_a_page(cells: list[Cell], tmp_path: Path) -> None:
    begun = [cell for cell in cells if cell.arm == "real-only" and cell.fraction == 0.2 and cell.seed == 0]
    lines = answer_study(STUDY, begun, tmp_path)
    assert lines[0].startswith("Not told yet") and lines[1] == "1 of 36 cells are there."
    page = Walk((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert f"{lines[0]} 35 of 36 cells are missing." in page.text
    assert "nan" not in page.text.lower().replace("finance", "")
    assert "diptych study trial --real DIR" in page.text


def test_a_page_that_cannot_be_written_leaves_nothing(cells: list[Cell], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    begun = [cell for cell in cells if cell.arm == "real-only"]
    with pytest.raises(DiptychError, match="cannot be written"):
        answer_study(STUDY, begun, tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_only_a_copy_rate_above_the_bar_is_a_failure(answer: Answer) -> None:
    clean = replace(
        answer, makers=tuple(replace(row, copies=0.02, copies_high=0.02) for row in answer.makers)
    )
    assert [what for what, _ in failures(answer) if "copies training" in what]
    assert not [what for what, _ in failures(clean) if "copies training" in what]


def test_a_table_in_columns(answer: Answer) -> None:
    """Columns stand under each other."""
    lines = answer_lines(answer)
    start = next(n for n, line in enumerate(lines) if line.startswith("arm "))
    at = lines[start].index("images")
    assert {lines[start + n][at : at + 2].strip() for n in range(1, 11)} == {"8", "16"}


@pytest.mark.parametrize(
    ("rates", "tone", "word", "reason"),
    [
        (
            ("0.000 (0.000, 0.242)", "0.020 (0.010, 0.040)"),
            "open",
            "0.0%, may be up to 24.2%",
            "not ruled out",
        ),
        (("0.000 (0.000, 0.020)", "0.010 (0.000, 0.030)"), "good", "1.0%, may be up to 3.0%", "is ruled out"),
        (("0.000 (0.000, 0.242)", "0.080 (0.020, 0.150)"), "bad", "8.0%, may be up to 15.0%", "is seen"),
        (("0.000", ""), "open", "0.0%, may be up to 100.0%", "not ruled out"),
    ],
)
def test_a_rate_of_nothing_from_few_images_rules_no_copies_out(
    rates: tuple[str, str], tone: str, word: str, reason: str, cells: list[Cell]
) -> None:
    own = [
        replace(cell, extra={"copies": rates[cell.generator_seed]} if cell.generator_seed is not None else {})
        for cell in cells
    ]
    found = answered(STUDY, own, Path("nowhere"))
    card = cards(found).rows[-1]
    assert (card.tone, card.word) == (tone, word) and reason in card.reason
    table = maker_table(found.makers[:3], "its control", found.own.outcome)
    shown = [row[table.head.index("Copy rate")] for row in table.rows]
    assert "at most" not in str(shown) and "the highest of its generators" in str(shown[0])


def alone(cells: list[Cell], *arms: str, seeds: int = 2) -> Answer:
    """The answer of a study of these arms, at its smallest size, against real-only."""
    kept = tuple(arm for arm in STUDY.arms if arm.name in arms)
    study = replace(
        STUDY, sizes=(8.0,), arms=kept, primary=replace(STUDY.primary, against=("real-only",)), seeds=seeds
    )
    own = [cell for cell in cells if cell.arm.partition(" (")[0] in arms and cell.fraction == 0.2]
    return answered(study, [c for c in own if c.seed < seeds and c.task == "lungs"], Path("nowhere"))


def lowered(cells: list[Cell], arm: str, by: float, seeds: tuple[int, ...] = (0, 1)) -> list[Cell]:
    """Cells of which those of an arm score less."""

    def less(cell: Cell) -> Cell:
        if not cell.arm.startswith(arm) or cell.seed not in seeds:
            return cell
        columns = {
            name: tuple(max((value or 0.0) - by, 0.0) for value in column)
            for name, column in cell.scores["dice"].items()
        }
        return replace(cell, scores={"dice": columns})

    return [less(cell) for cell in cells]


def test_controls_that_harm_are_failures_under_their_name(cells: list[Cell]) -> None:
    found = [what for what, _ in failures(answered(STUDY, lowered(cells, "augmented-real", 0.1), Path("x")))]
    assert "The control augmented-real is worse than real-only on lungs" in found


def test_one_seed_says_nothing_anywhere(cells: list[Cell]) -> None:
    found = alone(cells, *(arm.name for arm in STUDY.arms), seeds=1)
    assert found.who is not None and [row for row in found.who.classes if row.gain.estimate.high < 0]
    told = [what for what, _ in failures(found)]
    assert not [what for what in told if "loses" in what or "worse" in what or "not beat" in what], told
    said = {card.word: card.tone for card in cards(found).rows if "copy" not in card.question}
    assert set(said.values()) == {"open"}, said
    ((*_, verdict),) = without_table(found.own.without_real, found.own.outcome, 0.02).rows
    assert verdict == Shown("not told yet", ("2 generators, 1 seed",))


def test_the_same_fact_is_told_once(cells: list[Cell]) -> None:
    harmed = lowered(cells, "pretrain-then-finetune", 0.2)
    found = alone(harmed, "real-only", "pretrain-then-finetune")
    told = [what for what, _ in failures(found) if not what.startswith(("The class", "The generator"))]
    assert told == ["The registered arm does not beat real-only on lungs"]
    page = render(compose(found))
    assert page.count("<svg") == 1
    assert "All numbers, less real-only" in page
    beside = alone(harmed, "real-only", "pretrain-then-finetune", "matched-distribution")
    assert render(compose(beside)).count("<svg") == 2


def test_worth_is_shown_where_there_are_two_sizes(cells: list[Cell], page: Walk) -> None:
    assert "Multiplier" in page.text and "two sizes or more" not in page.text
    found = alone(cells, "real-only", "pretrain-then-finetune")
    table = score_table(found.own.scores, found.own.outcome)
    assert table.head == ("Arm", "Real images", "Dice")
    assert "when real-only has two sizes or more" in table.caption
    assert {len(row) for row in table.rows} == {3}


def test_no_interval_is_shown_beyond_what_is_possible(cells: list[Cell]) -> None:
    apart = lowered(cells, "pretrain-then-finetune", 0.5, seeds=(1,))
    found = alone(apart, "real-only", "pretrain-then-finetune", "matched-distribution")
    gain = found.own.primary.found.gain.estimate
    assert gain.low < -1 and any(score.score.low < 0 for score in found.own.scores)
    assert "95 % interval \u22121.000 to " in found.sentence
    text = "\n".join([Walk(render(compose(found))).text, *answer_lines(found), *map(str, cards(found).rows)])
    ends = [float(end.replace("\u2212", "-")) for end in re.findall(r"([\u2212+]?\d+\.\d+) to ", text)]
    assert ends and min(ends) == -1
    assert any("are cut there" in line for line in limits(found))
    assert not any(
        "are cut there" in line for line in limits(alone(cells, "real-only", "pretrain-then-finetune"))
    )
    told = json.loads(answer_json(found))["own"]["primary"]["found"]["gain"]["estimate"]
    assert told["low"] == round(gain.low, 6)


def test_distances_are_cut_at_zero_only(answer: Answer) -> None:
    distances = replace(answer.own.outcome, metric="hd95")
    wide = Estimate(value=3.0, low=-4.0, high=900.0, n=9)
    assert possible_gain(wide, distances) == wide
    assert possible_score(wide, distances) == replace(wide, low=0.0)
    nothing = possible_score(replace(wide, low=np.nan, high=np.nan), answer.own.outcome)
    assert np.isnan(nothing.low) and np.isnan(nothing.high)
