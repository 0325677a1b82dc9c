"""Findings that images only name are found where they lie; what is written says that it is an estimate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import diptych
from diptych.base.errors import DiptychError
from diptych.cli import main
from diptych.downstream import LearnConfig, Stretch, learn
from diptych.downstream.checkpoint import save_learned
from diptych.locating import locate_cohort, writing
from diptych.locating.lessons import drawn, named
from diptych.locating.locator import FIT, Locator, fit_locator
from diptych.locating.places import PLACES, allowed
from diptych.phantoms import draw_many
from diptych.records import Cohort, CohortWriter, Finding, Provenance, Sample
from diptych.records.labels import LABELS
from diptych.records.vocabulary import UNKNOWN
from diptych.training.examples import gather
from diptych.training.slotgrid import SlotGrid

PACKAGED = Path(diptych.__file__).parent / "samples" / "panoramic"
SIZE = (64, 128)
RESTORATION = next(place for place in PLACES if place.name == "restoration")


def undrawn(sample: Sample) -> Sample:
    """A phantom as public cohorts have radiographs: findings named for the whole image, none drawn."""
    names = {"restoration" if f.name == "crown" else f.name for f in sample.record.findings}
    whole = tuple(Finding(name) for name in sorted(names) if name in {p.name for p in PLACES})
    masks = {"teeth": sample.masks["teeth"]}
    record = replace(
        sample.record, findings=whole, layers=("teeth",), text="", split="train", provenance=Provenance()
    )
    return Sample(record=record, image=sample.image, masks=masks)


@pytest.fixture(scope="module")
def seen() -> list[Sample]:
    return list(draw_many("panoramic", 72, 46_000_000, SIZE))


@pytest.fixture(scope="module")
def locator(seen: list[Sample]) -> Locator:
    """Learned from names alone and from a few phantoms of its own."""
    own = named(map(undrawn, seen[:48]), PLACES, SIZE)
    held = named(map(undrawn, seen[48:]), PLACES, SIZE)
    phantoms = drawn(draw_many("panoramic", 32, 47_000_000, SIZE), PLACES, SIZE)
    return fit_locator(own, held, phantoms, PLACES, replace(FIT, steps=100, check_every=50))[0]


def test_restorations_are_found_where_they_were_drawn(locator: Locator, seen: list[Sample]) -> None:
    truth, k = drawn(seen[48:], PLACES, SIZE), PLACES.index(RESTORATION)
    odds = locator(truth.planes)[:, k]
    there = truth.where[:, k]
    assert odds[there].mean() > odds[~there].mean() + 1.5
    best = odds.reshape(len(odds), -1).argmax(1)[there.any((1, 2))]
    hit = there[there.any((1, 2))].reshape(-1, odds[0].size)[np.arange(len(best)), best]
    assert hit.mean() > 0.6


def test_images_that_name_a_finding_are_told_from_others(locator: Locator, seen: list[Sample]) -> None:
    areas = locator.areas_under(named(map(undrawn, seen[48:]), PLACES, SIZE))
    assert areas["restoration"] > 0.75


def test_an_image_is_seen_the_same_in_any_company(locator: Locator, seen: list[Sample]) -> None:
    shown = drawn(seen[:9], PLACES, SIZE).planes
    np.testing.assert_allclose(locator(shown)[3], locator(shown[3:4])[0], atol=1e-4)


def test_a_restoration_lies_on_teeth_and_an_implant_where_none_is(seen: list[Sample]) -> None:
    teeth = seen[0].masks["teeth"]
    areas = {place.name: allowed(teeth, place) for place in PLACES}
    assert areas["restoration"][teeth > 0].all()
    assert not areas["restoration"][0].any()
    assert areas["implant"][teeth == 0].all()
    assert not areas["implant"][teeth > 0].all()


@pytest.fixture(scope="module")
def cohort(seen: list[Sample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("named") / "cohort"
    with CohortWriter(folder, body="panoramic") as writer:
        for sample in seen[:24]:
            writer.add(undrawn(sample))
    return folder


@pytest.fixture(autouse=True)
def few_phantoms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PHANTOMS", 12)


def test_rows_stay_and_gain_a_layer_that_says_what_it_is(cohort: Path, tmp_path: Path) -> None:
    before = Cohort.open(cohort)
    after, told = locate_cohort(cohort, tmp_path / "located", steps=12)
    after.check()
    assert "estimated by diptych-locator" in after.note
    assert [r.id for r in after.records] == [r.id for r in before.records]
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old.image, new.image)
        assert new.record.provenance.origin == "real"
        assert new.record.source.endswith("findings located by diptych-locator/1")
        assert new.record.estimated == ("findings",)
        allowed_codes = {0} | {p.code for p in PLACES if Finding(p.name) in old.record.findings}
        assert set(np.unique(new.masks["findings"])) <= allowed_codes
        _teeth_are_those_of_the_mask(old, new)
    assert sum(line.images for line in told if line.name == "restoration") == sum(
        Finding("restoration") in r.findings for r in before.records
    )


@pytest.fixture
def located(seen: list[Sample], locator: Locator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cohort:
    """Rows of all splits, located by a locator that has learned for longer than a test may."""
    with CohortWriter(tmp_path / "named", body="panoramic") as writer:
        for sample, split in zip(map(undrawn, seen), ["train"] * 22 + ["val", "test"], strict=False):
            writer.add(replace(sample, record=replace(sample.record, split=split)))
    monkeypatch.setattr(writing, "LEAST", 0)
    monkeypatch.setattr(writing, "_learned", lambda *_: (locator, {}))
    return locate_cohort(tmp_path / "named", tmp_path / "located")[0]


def test_a_generator_learns_from_located_findings(located: Cohort) -> None:
    others = gather(located, ("teeth", "findings"), SIZE, SlotGrid.of("panoramic")).others
    assert others.any() and others.max() < 255


def test_located_findings_are_learned_from_and_are_no_truth(
    located: Cohort, seen: list[Sample], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with CohortWriter(tmp_path / "drawn", body="panoramic") as writer:
        for sample in seen[24:28]:
            writer.add(replace(sample, record=replace(sample.record, provenance=Provenance())))
    stretch, drawn_rows = Stretch(rows=located.select(split="train")), Cohort.open(tmp_path / "drawn")
    config = LearnConfig(size=(32, 64), steps=1, check_every=1)
    save_learned(learn([stretch], drawn_rows, "findings", "unet", config), tmp_path / "unet")
    given = ["--cohort", str(located.path), "--out", str(tmp_path / "out")]
    capsys.readouterr()
    for verb, rows in (
        (["train", "--task", "findings", "--learner", "unet", "--steps", "1"], "validation rows"),
        (["test", "--checkpoint", str(tmp_path / "unet")], "rows"),
    ):
        assert main(["downstream", *verb, *given]) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert f"the layer 'findings' of 1 of 1 {rows} is estimated, not drawn; train on such rows" in line
        assert not (tmp_path / "out").exists()


def _teeth_are_those_of_the_mask(old: Sample, new: Sample) -> None:
    code = LABELS["panoramic", "findings"].named("restoration").code
    for finding in set(new.record.findings) - set(old.record.findings):
        assert finding.name == "restoration"
        on = (new.masks["teeth"] == int(finding.site)) & (new.masks["findings"] == code)
        assert on.sum() >= writing.ON_TOOTH * on.size


def test_the_same_seed_finds_the_same(cohort: Path, tmp_path: Path) -> None:
    first, second = (locate_cohort(cohort, tmp_path / name, steps=3)[0] for name in ("a", "b"))
    assert first.fingerprint() == second.fingerprint()


def test_what_cannot_be_located_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["locate", "--cohort", str(PACKAGED), "--out", str(out)]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "too few name, or do not name, implant, restoration, appliance" in line
    assert not out.exists()
    assert main(["locate", "--cohort", str(PACKAGED.parent / "chest"), "--out", str(out)]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "shows the chest; give panoramic radiographs" in line


def test_a_used_folder_is_refused_before_anything_is_learned(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_learned", lambda *_: pytest.fail("learned first"))
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(DiptychError, match="not empty"):
        locate_cohort(cohort, tmp_path)
    assert (tmp_path / "kept").read_text() == "mine"


def test_rows_whose_source_is_silent_teach_nothing(seen: list[Sample], tmp_path: Path) -> None:
    with CohortWriter(tmp_path / "silent", body="panoramic") as writer:
        for sample in map(undrawn, seen[:12]):
            record = replace(sample.record, groups={**sample.record.groups, "findings": UNKNOWN})
            writer.add(replace(sample, record=record))
    with pytest.raises(DiptychError, match=r"of its 0 training rows \(12 more, .*unknown, .*\) too few"):
        locate_cohort(tmp_path / "silent", tmp_path / "out")


def test_what_is_drawn_already_and_what_is_no_radiograph_are_refused(
    seen: list[Sample], tmp_path: Path
) -> None:
    with CohortWriter(tmp_path / "drawn", body="panoramic") as writer:
        for sample in seen[:3]:
            writer.add(sample)
    with pytest.raises(DiptychError) as caught:
        locate_cohort(tmp_path / "drawn", tmp_path / "out")
    problems = "\n".join(map(str, caught.value.problems))
    assert "has its findings drawn already" in problems
    assert "are not real images" in problems
