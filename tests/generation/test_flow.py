from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.generation import generate
from diptych.generation.auditing import audit_checkpoint
from diptych.generation.marks import read_marks
from diptych.generation.request import read_request
from diptych.phantoms import write_cohort
from diptych.records.cohort import Cohort
from diptych.training import checkpoint

PROMPTS = ("Panoramic radiograph, tooth 18 missing.", "Panoramic radiograph, caries on 36.")


def drawn(folder: Path, out: Path, **more: object) -> Cohort:
    asked = {"prompts": PROMPTS, "count": 3, "seed": 7} | more
    return generate(checkpoint=str(folder), out=out, **asked)  # type: ignore[arg-type]


def test_a_cohort_of_marked_pairs_is_written(tiny_flow: Path, tmp_path: Path) -> None:
    cohort = drawn(tiny_flow, tmp_path / "a")
    assert [record.text for record in cohort.records] == [PROMPTS[0], PROMPTS[1], PROMPTS[0]]
    for record, sample in zip(cohort.records, cohort, strict=True):
        assert sample.image.shape == sample.masks["teeth"].shape == (32, 64)
        assert record.provenance.kind == "model"
        marks = read_marks(tmp_path / "a" / "images" / f"{record.id}.png")
        assert marks is not None
        assert (marks.seed, marks.request) == (record.provenance.seed, record.text)
        assert marks.checkpoint_hash == checkpoint.load(str(tiny_flow)).hash


def test_the_batch_changes_nothing(tiny_flow: Path, tmp_path: Path) -> None:
    for size in (1, 8):
        drawn(tiny_flow, tmp_path / str(size), count=6, batch_size=size)
    files = sorted(p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*.png"))
    assert len(files) == 12
    for file in files:
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "8" / file).read_bytes()


def test_a_sentence_is_heard_as_the_grammar_reads_it(tiny_flow: Path) -> None:
    request = read_request(PROMPTS[1], checkpoint.load(str(tiny_flow)))
    model = checkpoint.load(str(tiny_flow)).pair
    table = request.slots.numpy()
    sites = [model.config.sites[row] for row in np.flatnonzero(table[:, model.config.kinds.index("caries")])]
    assert sites == ["36"] and table.sum() == 1
    assert "caries 36 on phantoms only" in " ".join(request.notes)


def test_it_is_audited_as_the_others_are(tiny_flow: Path, tmp_path: Path) -> None:
    write_cohort("panoramic", count=6, seed=0, out=tmp_path / "train")
    write_cohort("panoramic", count=6, seed=50, out=tmp_path / "held")
    found = audit_checkpoint(str(tiny_flow), tmp_path / "train", tmp_path / "held", 3, 0)
    assert 0 <= found.copies.value <= 1


def test_what_it_cannot_do_is_refused(
    tiny_flow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DiptychError, match="draws its own masks"):
        drawn(tiny_flow, tmp_path / "a", labels=tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(tiny_flow, broken)
    about = json.loads((broken / "config.json").read_text())
    about["model"]["widths"] = [16, 16, 1 << 20]
    (broken / "config.json").write_text(json.dumps(about))
    with pytest.raises(DiptychError, match="model.widths: is not what diptych writes"):
        checkpoint.load(str(broken))
    shutil.copytree(tiny_flow, tmp_path / "bare")
    monkeypatch.setitem(sys.modules, "einops", None)
    with pytest.raises(DiptychError, match=r"pip install 'diptych\[diffusion\]'"):
        checkpoint.load(str(tmp_path / "bare"))
    assert not (tmp_path / "a").exists()
