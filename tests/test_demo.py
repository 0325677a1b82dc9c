"""The demo's page and the packaged real images; drawing with real weights is tested where they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from diptych import demo
from diptych.phantoms import draw
from diptych.prompts.parser import parse
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.sample import Provenance
from diptych.reports import Measures, Report, render

SAMPLES = Path(str(demo.HOME / "samples"))


@pytest.mark.parametrize("scene", demo.SCENES, ids=lambda scene: scene.body)
def test_every_sentence_is_fully_understood(scene: demo.Scene) -> None:
    readings = [parse(prompt, scene.body) for prompt in scene.prompts]
    assert [word for reading in readings for word in reading.unknown] == []
    assert demo.COUNT % len(scene.prompts) == 0


@pytest.mark.parametrize("scene", demo.SCENES, ids=lambda scene: scene.body)
def test_packaged_images_are_lawful_small_and_attributed(scene: demo.Scene) -> None:
    cohort = Cohort.open(SAMPLES / scene.body)
    cohort.check()
    assert {record.split for record in cohort.records} == {"train"}
    assert {record.provenance.kind for record in cohort.records} == {"real"}
    licence = {"panoramic": "Apache-2.0", "chest": "CC BY 4.0"}[scene.body]
    assert all(record.licence.startswith(licence) for record in cohort.records)
    assert licence in (cohort.path / "ATTRIBUTION.md").read_text("utf-8")
    assert sum(file.stat().st_size for file in cohort.path.rglob("*") if file.is_file()) < 500_000


class Oracle:
    """Sees the mask of every image it was shown before; a stand-in for a trained judge."""

    def __init__(self, *cohorts: Cohort, layer: str) -> None:
        samples = [sample for cohort in cohorts for sample in cohort]
        self.known = {sample.image.tobytes(): sample.masks[layer] for sample in samples}

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.stack([self.known[image.tobytes()] for image in images])


def show(scene: demo.Scene, folder: Path) -> demo.Show:
    """Phantoms of the scene's sentences in the place of drawn pairs."""
    with CohortWriter(folder / scene.body, body=scene.body) as writer:  # type: ignore[arg-type]
        for seed in range(demo.COUNT):
            request = scene.prompts[seed % len(scene.prompts)]
            findings = parse(request, scene.body).findings
            sample = draw(scene.body, seed, findings=findings)  # type: ignore[arg-type]
            made = Provenance(kind="model", generator="stand-in", request=request, seed=seed)
            record = replace(sample.record, findings=tuple(findings), provenance=made)
            writer.add(replace(sample, record=record))
    synthetic, real = Cohort.open(folder / scene.body), Cohort.open(SAMPLES / scene.body)
    judge = Oracle(synthetic, real, layer=scene.layer)
    return demo.Show(scene=scene, synthetic=synthetic, real=real, judge=judge, seconds=1.0)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("demo")
    return demo.compose([show(scene, folder) for scene in demo.SCENES], seconds=2.0)


def test_the_page_shows_every_pair_with_its_sentence_and_seed(report: Report) -> None:
    page = render(report)
    for scene in demo.SCENES:
        (section,) = (section for section in report.sections if section.key == scene.body)
        figures = [
            figure for block in section.blocks if hasattr(block, "figures") for figure in block.figures
        ]
        drawn = [figure for figure in figures if figure.tone == "synthetic"]
        assert len(drawn) == demo.COUNT
        assert len([figure for figure in figures if figure.tone == "real"]) == 6
        assert sorted(int(dict(figure.details)["seed"]) for figure in drawn) == list(range(demo.COUNT))
        assert all(f"“{prompt}”" in page for prompt in scene.prompts)


def test_rows_hold_one_sentence(report: Report) -> None:
    (section,) = (section for section in report.sections if section.key == "panoramic")
    drawn = [figure.title for figure in section.blocks[1].figures]  # type: ignore[union-attr]
    assert drawn[0::2] == drawn[1::2]
    assert len(set(drawn)) == 8


def test_real_and_synthetic_of_like_findings_meet_at_a_glance(report: Report) -> None:
    glance = report.sections[0]
    tones = [
        [figure.tone for figure in block.figures] for block in glance.blocks if hasattr(block, "figures")
    ]
    assert tones == [["synthetic", "real"] * 2] * 2


def test_a_perfect_judge_gives_perfect_numbers(report: Report) -> None:
    (section,) = (section for section in report.sections if section.key == "numbers")
    (table,) = (block for block in section.blocks if isinstance(block, Measures))
    assert len(table.rows) == 10
    assert all(row.meaning for row in table.rows)
    assert all(row.low <= row.value <= row.high for row in table.rows)
    assert all(row.value == pytest.approx(1.0) for row in table.rows)
