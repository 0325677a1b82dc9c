"""Label maps of one's own: what is refused, what is said, and what is painted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.leaks import Held
from diptych.generation import generate
from diptych.layouts import compose, read_request
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.finding import Finding
from diptych.records.labels import LABELS, Label, LabelSpace
from diptych.records.sample import Sample

ASKED = "32 teeth, 46 periapical lesion, 26 caries, 16 restoration"
FINDINGS = LABELS["panoramic", "findings"]


def row(name: str, asked: str = ASKED, **more: object) -> Sample:
    """A lawful layout of 64 x 128 pixels as a row."""
    sample = compose("procedural", read_request(asked), (64, 128), 0).to_sample(name)
    return replace(sample, record=replace(sample.record, **more))  # type: ignore[arg-type]


def write(folder: Path, *samples: Sample, spaces: LabelSpace | None = None) -> Path:
    """A cohort of these rows."""
    with CohortWriter(folder, body="panoramic", spaces={"findings": spaces} if spaces else None) as writer:
        for sample in samples:
            writer.add(sample)
    return folder


def paint(painter: Path, labels: Path, *, repair: bool = False, count: int = 1) -> Cohort:
    out = labels.with_name(f"{labels.name}-painted{'-mended' * repair}")
    generate(checkpoint=str(painter), labels=labels, repair=repair, count=count, seed=4, out=out)
    return Cohort.open(out)


def refused(painter: Path, labels: Path, *, repair: bool = False) -> list[str]:
    """The problems, one line each; nothing may be left behind."""
    before = set(labels.parent.iterdir())
    with pytest.raises(DiptychError) as caught:
        paint(painter, labels, repair=repair)
    assert set(labels.parent.iterdir()) == before
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("repair", [False, True])
def test_codes_that_are_not_painted_are_refused_even_if_a_repair_would_drop_them(
    repair: bool, tiny_painter: Path, tmp_path: Path
) -> None:
    milk, own = row("milk"), row("own")
    milk.masks["teeth"][0, :2] = 55, 61
    own.masks["findings"][own.masks["findings"] == 4] = 40
    cyst = LabelSpace("findings", (*FINDINGS.labels, Label(40, "cyst", (9, 9, 9))))
    lines = refused(
        tiny_painter, write(tmp_path / "maps", milk, row("good"), own, spaces=cyst), repair=repair
    )
    assert len(lines) == 2
    assert "row milk, layer teeth" in lines[0] and "55, 61" in lines[0]
    assert "row own, layer findings" in lines[1] and "unknown value 40" in lines[1]


def test_a_code_that_means_something_else_is_refused(tiny_painter: Path, tmp_path: Path) -> None:
    labels = tuple(replace(label, name="cyst") if label.code == 3 else label for label in FINDINGS.labels)
    sample = row("a", "32 teeth, 26 caries")
    folder = write(tmp_path / "maps", sample, spaces=replace(FINDINGS, labels=labels))
    (line,) = refused(tiny_painter, folder)
    assert "code 3 is 'cyst'" in line and "periapical lesion" in line


def test_every_fault_has_its_own_line_with_its_row(tiny_painter: Path, tmp_path: Path) -> None:
    torn, who = row("torn"), row("who", groups={"sex": "X"})
    torn.masks["teeth"][torn.masks["teeth"] == 36] = 0
    torn.masks["findings"][torn.masks["findings"] == 1] = 0
    lines = refused(tiny_painter, write(tmp_path / "maps", torn, row("good"), who))
    assert ["row torn" in line for line in lines] == [True, True, False]
    assert "caries 26 is not shown" in lines[0] and "tooth 36 is absent" in lines[1]
    assert "row who, group sex: unknown value 'X'" in lines[2]


def test_unreadable_rows_are_all_named(tiny_painter: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "maps", row("a"), row("b"), row("c"))
    for name in ("a", "c"):
        path = folder / "masks" / "teeth" / f"{name}.png"
        path.write_bytes(path.read_bytes()[:-60])
    lines = refused(tiny_painter, folder)
    assert [("row a" in line, "row c" in line) for line in lines] == [(True, False), (False, True)]


def test_what_a_repair_takes_away_is_said(
    tiny_painter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = row("more")
    more.masks["findings"][more.masks["teeth"] == 31] = 5
    folder = write(tmp_path / "maps", row("good"), more)
    assert "the mask shows crown" in refused(tiny_painter, folder)[0]
    painted = paint(tiny_painter, folder, repair=True, count=2)
    assert not (painted.load(1).masks["findings"] == 5).any()
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "repair took" in line)
    assert "crown of more" in line and "good" not in line


def test_anatomy_is_not_painted_and_one_note_says_so(
    tiny_painter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = row("odd")
    odd.masks["anatomy"][:] = 0
    odd.masks["anatomy"][:4] = 1
    painted = paint(tiny_painter, write(tmp_path / "maps", row("good"), odd), count=2)
    assert painted.layers == ("teeth", "findings")
    assert capsys.readouterr().err.count("does not paint anatomy") == 1


def test_a_finding_of_the_image_is_not_held_against_an_estimated_layer(
    tiny_painter: Path, tmp_path: Path
) -> None:
    sample = row("a", "32 teeth, 26 caries")
    named = replace(sample.record, findings=(*sample.record.findings, Finding("restoration")))
    drawn = write(tmp_path / "drawn", replace(sample, record=named))
    assert "restoration is not shown" in refused(tiny_painter, drawn)[0]
    located = replace(named, estimated=("findings",))
    painted = paint(tiny_painter, write(tmp_path / "located", replace(sample, record=located)))
    assert Finding("restoration") in painted.records[0].findings
    assert np.array_equal(painted.load(0).masks["findings"], sample.masks["findings"])
    empty = row("a", "32 teeth")
    gone = replace(located, findings=(Finding("restoration"), Finding("caries", "26")))
    folder = write(tmp_path / "gone", replace(empty, record=gone))
    (line,) = refused(tiny_painter, folder)
    assert "caries 26 is not shown" in line


def test_a_painted_map_stays_with_its_row(tiny_painter: Path, tmp_path: Path) -> None:
    """An outline of a held-out patient must not come back as a training image of somebody else."""
    known = row("ann-1", subject="ann", split="val", licence="CC BY 4.0", source="clinic")
    nameless = row("p2", estimated=("findings",))
    cohort = write(tmp_path / "maps", known, nameless)
    painter = tmp_path / "painter"
    shutil.copytree(tiny_painter, painter)
    about = json.loads((painter / "config.json").read_text())
    (painter / "config.json").write_text(json.dumps({**about, "licence": "Apache-2.0; CC BY 4.0"}))
    first, second, third = paint(painter, cohort, count=3).records
    assert (first.subject, first.split, first.licence) == ("ann", "val", "CC BY 4.0; Apache-2.0")
    assert second.licence == "Apache-2.0; CC BY 4.0"
    assert "row ann-1" in first.provenance.request and "row ann-1" in first.source
    assert "clinic" in first.source and first.provenance.kind == "model"
    assert (second.subject, second.split, second.estimated) == ("image p2", "train", ("findings",))
    assert (third.subject, third.id) == ("ann", "painter-00000006")
    problems, held = Problems(), Held(Cohort.open(cohort).select(split="val").records)
    held.check_drawn("--synthetic", [first, second, third], problems)
    with pytest.raises(DiptychError) as caught:
        problems.raise_any()
    assert [problem.where.split()[-1] for problem in caught.value.problems] == [first.id, third.id]


def test_findings_that_only_phantoms_taught_are_said_in_one_line(
    tiny_painter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    painter = tmp_path / "painter"
    shutil.copytree(tiny_painter, painter)
    about = json.loads((painter / "config.json").read_text())
    seen = {"real": {"restoration:16": 3}, "phantom": {"caries:26": 4, "caries:27": 4, "restoration:16": 2}}
    (painter / "config.json").write_text(json.dumps({**about, "seen": seen}))
    maps = write(tmp_path / "maps", row("a"), row("b", "32 teeth, 27 caries, 16 restoration"))
    paint(painter, maps, count=2)
    notes = [line for line in capsys.readouterr().err.splitlines() if "seen" in line]
    assert [line.partition(" has ")[2] for line in notes] == [
        "never seen periapical lesion 46",
        "seen caries 26, caries 27 on phantoms only",
    ]
    asked = ("32 teeth, 26 caries, 16 restoration", "32 teeth, 16 restoration")
    generate(checkpoint=str(painter), prompts=asked, count=2, seed=0, out=tmp_path / "asked")
    (note,) = (line for line in capsys.readouterr().err.splitlines() if "seen" in line)
    assert note.endswith("has seen caries 26 on phantoms only") and "16" in note.partition(": note on ")[2]
