from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.generation import generate
from diptych.generation.cleaning import clean
from diptych.generation.drawing import Order, draw
from diptych.generation.marks import read_marks
from diptych.generation.request import read_request
from diptych.records.cohort import Cohort
from diptych.records.cost import read_cost
from diptych.training import checkpoint

PROMPTS = ("Panoramic radiograph, tooth 18 missing.", "Panoramic radiograph, full set of 32 teeth.")


def _files(folder: Path) -> dict[str, bytes]:
    paths = [
        p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in ("cohort.json", "cost.json")
    ]
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths}


def test_same_seed_same_files_whatever_the_batch(tiny_checkpoint: Path, tmp_path: Path) -> None:
    for size in (1, 3, 8):
        generate(
            checkpoint=str(tiny_checkpoint),
            prompts=PROMPTS,
            count=6,
            seed=7,
            batch_size=size,
            out=tmp_path / str(size),
        )
    assert _files(tmp_path / "1") == _files(tmp_path / "3") == _files(tmp_path / "8")


def test_a_sample_is_its_seed_and_sentence_in_any_order(tiny_checkpoint: Path) -> None:
    loaded = checkpoint.load(str(tiny_checkpoint))
    requests = [read_request(prompt, loaded) for prompt in PROMPTS]
    orders = [Order(requests[seed % 2], seed) for seed in range(6)]
    forward = {order.seed: (image, mask) for order, image, mask in draw(loaded.model, orders)}
    for order, image, mask in draw(loaded.model, orders[::-1]):
        assert np.array_equal(image, forward[order.seed][0])
        assert np.array_equal(mask, forward[order.seed][1])
    alone = next(iter(draw(loaded.model, [orders[3]])))
    assert np.array_equal(alone[1], forward[3][0])


def test_prompts_are_taken_in_turn_and_every_image_is_marked(tiny_checkpoint: Path, tmp_path: Path) -> None:
    cohort = generate(checkpoint=str(tiny_checkpoint), prompts=PROMPTS, count=3, seed=1, out=tmp_path / "c")
    assert [record.text for record in cohort.records] == [PROMPTS[0], PROMPTS[1], PROMPTS[0]]
    for record in cohort.records:
        assert record.provenance.kind == "model"
        marks = read_marks(tmp_path / "c" / "images" / f"{record.id}.png")
        assert marks is not None
        assert (marks.seed, marks.request) == (record.provenance.seed, record.text)
        assert marks.checkpoint_hash == checkpoint.load(str(tiny_checkpoint)).hash


def test_findings_never_seen_are_reported(tiny_checkpoint: Path) -> None:
    loaded = checkpoint.load(str(tiny_checkpoint))
    notes = " | ".join(read_request("Panoramic radiograph, caries on 36, tooth 11 with crown.", loaded).notes)
    assert "caries 36 on phantoms only" in notes
    assert "never seen crown 11" in notes


def test_unreadable_sentences_are_all_reported_and_nothing_is_written(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    with pytest.raises(DiptychError) as caught:
        prompts = ("tooth 19 missing", PROMPTS[0], "tooth 99 missing")
        generate(checkpoint=str(tiny_checkpoint), prompts=prompts, count=3, seed=1, out=tmp_path / "bad")
    assert [problem.where for problem in caught.value.problems] == [
        "prompt 'tooth 19 missing', tooth 19",
        "prompt 'tooth 99 missing', tooth 99",
    ]
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("PA chest radiograph, pneumonia.", "asks for a chest radiograph"),
        ("Purple elephants dancing.", "no word that is known"),
        ("Panoramic radiograph \udcff.", "UTF-8"),
    ],
)
def test_what_the_checkpoint_cannot_mean_is_refused(prompt: str, words: str, tiny_checkpoint: Path) -> None:
    with pytest.raises(DiptychError, match=words):
        read_request(prompt, checkpoint.load(str(tiny_checkpoint)))


def test_damaged_checkpoints_are_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for file in tiny_checkpoint.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(DiptychError, match="truncated or changed"):
        checkpoint.load(str(folder))
    about = json.loads((folder / "config.json").read_text())
    about["format"] = 99
    (folder / "config.json").write_text(json.dumps(about))
    with pytest.raises(DiptychError, match="format"):
        checkpoint.load(str(folder))
    with pytest.raises(DiptychError, match="no checkpoint"):
        checkpoint.load(str(tmp_path / "nowhere"))


def test_cleaning_keeps_the_largest_piece_and_drops_crumbs() -> None:
    mask = np.zeros((128, 256), np.uint8)
    mask[10:30, 10:20] = 11
    mask[60:64, 200:204] = 11
    mask[100:102, 100:102] = 12
    kept = clean(mask, "teeth")
    assert (kept == 11).sum() == 200
    assert not (kept == 12).any()


def test_a_cohort_tells_what_it_cost(tiny_checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "c"
    generate(checkpoint=str(tiny_checkpoint), prompts=PROMPTS, count=5, seed=1, batch_size=2, out=out)
    cost, loaded = read_cost(out), checkpoint.load(str(tiny_checkpoint))
    assert cost is not None
    assert cost.samples == (2, 2, 1)
    assert min(cost.seconds) > 0
    assert cost.parameters == sum(p.numel() for p in loaded.model.parameters())
    assert Cohort.open(out).records[0].provenance.generator == cost.maker
