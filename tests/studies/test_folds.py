from __future__ import annotations

from pathlib import Path

import pytest
from tests.studies.tiny import patients, tiny_study

from diptych.base.errors import DiptychError
from diptych.records.cohort import Cohort
from diptych.records.splits import subject_of
from diptych.studies.folds import make_folds, write_training_rows


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return Cohort.open(patients(tmp_path_factory.mktemp("folds") / "real", train=24))


def test_folds_are_nested_and_no_subject_is_in_two_parts(real: Cohort) -> None:
    folds = make_folds(tiny_study(sizes=(4, 8, 1.0)), real)
    trained = [{record.id for record in fold.train.records} for fold in folds.values()]
    assert [len(ids) for ids in trained] == [4, 8, folds[1.0].whole]
    assert trained[0] < trained[1] < trained[2]
    for fold in folds.values():
        parts = [
            {subject_of(record) for record in fold.cohort.select(split=split).records}
            for split in ("train", "val", "test")
        ]
        assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    tested = {record.id for record in folds[4].cohort.select(split="test").records}
    assert tested == {record.id for record in real.records if record.split == "val"}
    assert folds[4].fraction == pytest.approx(4 / folds[4].whole)


def test_what_a_generator_is_given_holds_training_rows_only(real: Cohort, tmp_path: Path) -> None:
    fold = make_folds(tiny_study(), real)[4]
    written = Cohort.open(write_training_rows(fold, tmp_path / "fold"))
    assert {r.id for r in written.records} == {r.id for r in fold.train.records}
    assert set(written.splits) == {"train"}


def test_sizes_and_splits_that_are_not_there_are_refused(real: Cohort, tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="not 400") as caught:
        make_folds(tiny_study(sizes=(400, 500)), real)
    assert len(caught.value.problems) == 2
    with pytest.raises(DiptychError, match="size 5: has the same 4 images as size 4"):
        make_folds(tiny_study(sizes=(4, 5)), real)
    with pytest.raises(DiptychError, match="no split 'val'"):
        make_folds(tiny_study(), real.select(split="train"))
