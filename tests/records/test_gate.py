"""The gate's scores: held against thresholds, read off real images, kept in the cohort's rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.records import (
    Cohort,
    CohortWriter,
    GateConfig,
    GateScores,
    GateThresholds,
    LabelScore,
    Record,
    Sample,
)

SCORES = GateScores(
    agreement=0.8,
    worst=0.5,
    unseen=(18,),
    extra=(),
    nearest=1.2,
    labels=(LabelScore(code=18, dice=0.0), LabelScore(code=11, dice=0.9)),
)


@pytest.mark.parametrize(
    ("thresholds", "reasons"),
    [
        (GateThresholds(), ()),
        (GateThresholds(agreement=0.8, worst=0.5, nearest=1.2, unseen=1, extra=0), ()),
        (GateThresholds(agreement=0.81), ("agreement",)),
        (GateThresholds(worst=0.6, nearest=1.3), ("worst", "nearest")),
        (GateThresholds(unseen=0), ("unseen",)),
        (GateThresholds(confidence=1.0), ()),
    ],
)
def test_what_falls_short_is_named(thresholds: GateThresholds, reasons: tuple[str, ...]) -> None:
    assert thresholds.reasons(SCORES) == reasons


def test_real_images_set_the_thresholds() -> None:
    real = [GateScores(agreement=i / 100, unseen=tuple(range(i // 20))) for i in range(100)]
    found = GateConfig(agreement=0.1, unseen=0.2).thresholds(real)
    assert found.agreement == pytest.approx(0.09)
    assert found.unseen == 4
    assert sum(bool(found.reasons(scores)) for scores in real) == 9
    assert (found.worst, found.confidence, found.nearest) == (0, 0, 1)
    few = GateConfig().thresholds(real[50:53])
    assert (few.agreement, few.unseen) == (0.5, 2), "of few images the worst sets the threshold"
    off = GateConfig(agreement=0, unseen=0, extra=0, nearest=0).thresholds(real)
    assert off == GateThresholds(nearest=0)
    assert GateConfig().thresholds([]) == GateThresholds()


@pytest.mark.parametrize(
    "wrong", [{"agreement": 1.1}, {"worst": -0.1}, {"nearest": -1.0}, {"confidence": float("nan")}]
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DiptychError, match="is no"):
        GateScores(**wrong)  # type: ignore[arg-type]


def write(folder: Path, gate: GateScores | None) -> Cohort:
    record = Record(id="image-1", body="panoramic", gate=gate)
    with CohortWriter(folder, body="panoramic") as writer:
        writer.add(Sample(record=record, image=np.full((8, 16), 9, np.uint8), masks={}))
    return Cohort.open(folder)


def test_scores_come_back_and_are_written_again(tmp_path: Path) -> None:
    cohort = write(tmp_path / "a", SCORES)
    assert cohort.records[0].gate == SCORES
    with CohortWriter(tmp_path / "b", body="panoramic") as writer:
        for sample in cohort:
            writer.add(sample)
    again = Cohort.open(tmp_path / "b")
    assert again.records[0].gate == SCORES
    assert again.fingerprint() == cohort.fingerprint()


def test_rows_without_a_gate_are_as_they_were(tmp_path: Path) -> None:
    assert write(tmp_path / "a", None).records[0].gate is None
    assert "gate" not in json.loads((tmp_path / "a" / "metadata.jsonl").read_text())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"agreement": 3}, "is no share"),
        ({"agreement": "good"}, "gate.agreement"),
        ({"charm": 1}, "gate.charm"),
        ("passed", "field gate"),
    ],
)
def test_damaged_scores_are_named_by_their_line(wrong: object, words: str, tmp_path: Path) -> None:
    write(tmp_path / "a", replace(SCORES))
    rows = tmp_path / "a" / "metadata.jsonl"
    rows.write_text(json.dumps(json.loads(rows.read_text()) | {"gate": wrong}) + "\n")
    with pytest.raises(DiptychError) as caught:
        Cohort.open(tmp_path / "a")
    assert words in str(caught.value) and len(caught.value.problems) == 1
