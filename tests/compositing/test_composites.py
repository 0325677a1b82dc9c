"""Lesions are where the record says, and nothing else of the image changes; rows stay who they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import diptych
from diptych.base.errors import DiptychError
from diptych.compositing import LESIONS, composite, composite_cohort
from diptych.compositing.cases import apart
from diptych.downstream.examples import load_examples
from diptych.fusion import Arm, fuse
from diptych.phantoms import write_cohort
from diptych.prompts.parser import parse
from diptych.records import Cohort, CohortWriter, Finding, Provenance, Sample
from diptych.records.labels import LABELS

PACKAGED = Path(diptych.__file__).parent / "samples" / "panoramic"
SEEDS = range(4)
LARGEST_REACH = 0.05
"""Image heights around a lesion's mask in which its soft border and its rim may lie."""


def code(name: str) -> int:
    return LABELS["panoramic", "findings"].named(name).code


@pytest.fixture(scope="module")
def real() -> list[Sample]:
    return list(Cohort.open(PACKAGED))


@pytest.fixture(scope="module")
def made(real: list[Sample]) -> list[tuple[Sample, Sample]]:
    """Packaged radiographs as they are, beside what became of them."""
    pairs = [(sample, composite(sample, seed)) for sample in real for seed in SEEDS]
    assert sum(bool(added(*pair)) for pair in pairs) > len(pairs) / 2
    return pairs


def added(before: Sample, after: Sample) -> set[Finding]:
    return set(after.record.findings) - set(before.record.findings)


def test_what_is_not_near_a_lesion_stays_as_it_was(made: list[tuple[Sample, Sample]]) -> None:
    for before, after in made:
        reach = round(LARGEST_REACH * len(before.image))
        far = ~ndimage.binary_dilation(after.masks["findings"] > 0, iterations=reach)
        assert far.any()
        assert np.array_equal(before.image[far], after.image[far])
        assert np.array_equal(before.masks["teeth"], after.masks["teeth"])


def test_the_findings_of_a_record_are_those_of_its_mask(made: list[tuple[Sample, Sample]]) -> None:
    for before, after in made:
        found, mask = added(before, after), after.masks["findings"]
        assert set(before.record.findings) <= set(after.record.findings)
        assert {code(finding.name) for finding in found} == set(np.unique(mask)) - {0}
        for finding in found:
            near = ndimage.binary_dilation(after.masks["teeth"] == int(finding.site), iterations=2)
            assert (mask[near] == code(finding.name)).any()


def test_a_lesion_is_darker_than_what_was_there(made: list[tuple[Sample, Sample]]) -> None:
    change = {name: [] for name in LESIONS}
    for before, after in made:
        for name in LESIONS:
            own = after.masks["findings"] == code(name)
            if own.any():
                change[name].append(after.image[own].astype(float).mean() - before.image[own].mean())
    assert all(len(values) > 2 and max(values) < -8 for values in change.values())


def test_lesions_of_the_crown_lie_in_it_and_those_of_the_apex_at_it(real: list[Sample]) -> None:
    for seed in range(12):
        after = composite(real[0], seed)
        for finding in added(real[0], after):
            tooth = np.argwhere(after.masks["teeth"] == int(finding.site))[:, 0]
            pieces, _ = ndimage.label(after.masks["findings"] == code(finding.name))
            near = ndimage.binary_dilation(after.masks["teeth"] == int(finding.site), iterations=2)
            lesion = np.argwhere(np.isin(pieces, np.setdiff1d(pieces[near], [0])))[:, 0].mean()
            share = (lesion - tooth.min()) / np.ptp(tooth)
            share = 1 - share if int(finding.site) < 30 else share  # 0 at the crown, 1 at the apex
            assert share > 0.8 if finding.name == "periapical lesion" else share < 0.6


def test_one_lesion_hangs_on_image_and_seed_alone(real: list[Sample]) -> None:
    once, again, other = (composite(real[1], seed) for seed in (3, 3, 4))
    assert once.record == again.record
    assert np.array_equal(once.image, again.image)
    assert np.array_equal(once.masks["findings"], again.masks["findings"])
    assert added(real[1], other) != added(real[1], once)


def test_only_what_is_asked_for_is_painted(real: list[Sample]) -> None:
    found = {
        finding.name for seed in SEEDS for finding in added(real[0], composite(real[0], seed, ["caries"]))
    }
    assert found == {"caries"}


def test_teeth_that_have_a_finding_get_none(real: list[Sample]) -> None:
    crowned = {Finding("crown", str(fdi)) for fdi in range(11, 18)}
    sample = replace(real[0], record=replace(real[0].record, findings=tuple(sorted(crowned))))
    sites = {finding.site for seed in range(8) for finding in added(sample, composite(sample, seed))}
    assert sites and not sites & {finding.site for finding in crowned}


def test_neighbours_are_not_ill_together() -> None:
    assert not apart(11, [21]) and not apart(11, [12]) and not apart(11, [11])
    assert apart(11, [13, 22, 41, 31]) and apart(18, [28, 48])


def test_earlier_pixels_of_findings_stay(real: list[Sample]) -> None:
    earlier = np.zeros_like(real[0].masks["teeth"])
    earlier[:4, :4] = code("appliance")
    sample = replace(real[0], masks={**real[0].masks, "findings": earlier})
    assert (composite(sample, 0).masks["findings"][:4, :4] == code("appliance")).all()


def test_sixteen_bits_that_are_not_all_used(real: list[Sample]) -> None:
    eight = next(seed for seed in range(9) if added(real[0], composite(real[0], seed)))
    deep = replace(real[0], image=(real[0].image.astype(np.uint16) * 16 + 100))
    small, large = composite(real[0], eight), composite(deep, eight)
    assert large.image.dtype == np.uint16
    assert large.image.min() >= deep.image.min() and large.image.max() <= deep.image.max()
    assert added(deep, large) == added(real[0], small)
    change = large.image.astype(float) - deep.image, small.image.astype(float) - real[0].image
    assert np.abs(change[0] / 16 - change[1]).max() <= 1


def test_the_image_keeps_its_grain(made: list[tuple[Sample, Sample]]) -> None:
    """What is painted is as noisy as it was: the finest differences are left."""
    kept = []
    for before, after in made:
        inside = ndimage.binary_erosion(after.masks["findings"] > 0, iterations=2)
        if inside.sum() > 20:
            grain = [
                (one.image - ndimage.gaussian_filter(one.image.astype(float), 1.0))[inside].std()
                for one in (before, after)
            ]
            kept.append(grain[1] / grain[0])
    assert len(kept) > 2 and np.median(kept) > 0.8


def test_a_large_square_image_is_painted_at_the_same_places(real: list[Sample]) -> None:
    """Cohorts are often squares of what was twice as wide as high."""
    seed = next(seed for seed in range(9) if added(real[0], composite(real[0], seed)))
    square = Sample(
        record=real[0].record,
        image=np.asarray(Image.fromarray(real[0].image).resize((512, 512), Image.Resampling.BICUBIC)),
        masks={"teeth": np.asarray(Image.fromarray(real[0].masks["teeth"]).resize((512, 512), 0))},
    )
    large = composite(square, seed)
    assert large.masks["findings"].shape == (512, 512)
    found = added(square, large)
    assert {code(finding.name) for finding in found} == set(np.unique(large.masks["findings"])) - {0}


def test_rows_stay_who_they_are_and_say_what_they_are_now(tmp_path: Path) -> None:
    source = patients(tmp_path / "mine")
    cohort = composite_cohort(source.path, tmp_path / "out", seed=5)
    cohort.check()
    assert "semi-synthetic" in cohort.name and cohort.note.startswith("semi-synthetic: phantom lesions")
    assert "seed 5" in cohort.note and "cite me" in cohort.note
    for old, new in zip(source.records, cohort.records, strict=True):
        kept = ("id", "subject", "split", "licence", "groups")
        assert [getattr(old, name) for name in kept] == [getattr(new, name) for name in kept]
        assert new.source == f"{old.source}; semi-synthetic: phantom lesions composited"
        assert new.provenance.origin == "semi-synthetic" and new.provenance.kind == "real"
        told = {str(finding) for finding in set(new.findings) - set(old.findings)}
        assert set(new.provenance.request.split(", ")) == (told or {"no lesion"})
        assert frozenset(parse(new.text, "panoramic").findings) >= frozenset(new.findings)
        with Image.open(cohort.path / f"images/{new.id}.png") as image:
            assert image.text["Description"].startswith("Semi-synthetic: real radiograph, composited by")


def test_a_row_is_the_same_in_any_company(tmp_path: Path) -> None:
    source = patients(tmp_path / "mine")
    few = patients(tmp_path / "few", last_first=True)
    all_rows = composite_cohort(source.path, tmp_path / "a", seed=2)
    two_rows = composite_cohort(few.path, tmp_path / "b", seed=2)
    assert len(two_rows) == 2
    for sample in two_rows:
        assert np.array_equal(sample.image, all_rows.load(sample.record.id).image)
        assert sample.record.provenance == all_rows.load(sample.record.id).record.provenance


def patients(path: Path, *, last_first: bool = False) -> Cohort:
    """The packaged radiographs as patients of their own, two of them held out; or the last two alone."""
    with CohortWriter(path, body="panoramic", name="mine", note="cite me") as writer:
        rows = list(enumerate(Cohort.open(PACKAGED)))
        for number, sample in reversed(rows[-2:]) if last_first else rows:
            split = "val" if number < 2 else "train"
            record = replace(sample.record, subject=f"p{number}", split=split, groups={"sex": "F"})
            writer.add(replace(sample, record=record))
    return Cohort.open(path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"provenance": Provenance(kind="phantom")}, "is not a real image"),
        ({"provenance": Provenance(generator="x")}, "is not a real image"),
        ({"body": "chest"}, "shows the chest"),
    ],
)
def test_other_images_are_refused(real: list[Sample], changes: dict[str, object], told: str) -> None:
    with pytest.raises(DiptychError, match=told):
        composite(replace(real[0], record=replace(real[0].record, **changes)), 0)


def test_an_image_without_teeth_that_fit_is_left_as_it_is(real: list[Sample]) -> None:
    bare = replace(real[0], masks={"teeth": np.zeros_like(real[0].masks["teeth"])})
    after = composite(bare, 1)
    assert np.array_equal(after.image, bare.image) and not after.masks["findings"].any()
    assert after.record.provenance.request == "no lesion" and after.record.text == bare.record.text


def test_a_study_takes_them_for_its_real_rows(tmp_path: Path) -> None:
    cohort = composite_cohort(patients(tmp_path / "mine").path, tmp_path / "out", seed=5)
    phantoms = tmp_path / "phantoms"
    write_cohort("panoramic", 8, 3, phantoms)
    arm = Arm(strategy="phantom-pretrain-then-finetune", ratio=2)
    fused = fuse(arm, real=cohort.path, phantoms=phantoms, out=tmp_path / "fused")
    assert load_examples(fused.held("val"), "findings").real.all()
    finetune, pretrain = (load_examples(fused.phase(name), "findings") for name in ("finetune", "pretrain"))
    assert finetune.real.all() and not pretrain.real.any() and finetune.classes == pretrain.classes
    assert {r.provenance.origin for r in fused.held("val").records} == {"semi-synthetic"}
