"""How stretches lie along the steps, and what is drawn in each."""

from __future__ import annotations

import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.downstream import Stretch, load_examples
from diptych.downstream.augment import LIGHT, STRONG
from diptych.downstream.stretches import Draw, lay

from .shapes import chests


@pytest.fixture(scope="module")
def stretches(tmp_path_factory: pytest.TempPathFactory) -> list[Stretch]:
    rows = load_examples(chests(tmp_path_factory.mktemp("s") / "a", 3, 0), "lungs")
    return [
        Stretch(rows=rows, steps=0.3, augment="strong"),
        Stretch(rows=rows, steps=0.7, rate=0.2, share=lambda progress: 1 - progress),
    ]


def test_stretches_divide_the_steps(stretches: list[Stretch]) -> None:
    course = lay(stretches, 10)
    assert course.ends == (3, 10) and course.last_begins == 3
    assert [course.place(step)[0] for step in range(1, 11)] == [0] * 3 + [1] * 7
    assert [course.place(step)[1] for step in (1, 3, 4, 10)] == [0, 1, 0, 1]
    assert [course.rate(step) for step in (3, 4)] == [1.0, 0.2]
    parts = [stretch.rows for stretch in stretches]
    draws = list(course.draws(4, parts))
    assert [draw.augment for draw in draws] == [STRONG] * 3 + [LIGHT] * 7
    assert [draw.share for draw in draws[:4]] == [None] * 3 + [1.0] and draws[-1].share == 0.0


@pytest.mark.parametrize(
    "shares", [(0.999, 0.001), (0.001, 0.999), (0.5, 0.25, 0.25), (1.0,), (0.001, 0.001, 0.998)]
)
def test_every_stretch_has_a_step(shares: tuple[float, ...], stretches: list[Stretch]) -> None:
    rows = stretches[0].rows
    ends = lay([Stretch(rows=rows, steps=share) for share in shares], 5).ends
    assert ends[-1] == 5 and all(a < b for a, b in zip((0, *ends), ends, strict=False))


def test_bad_stretches_are_all_told(stretches: list[Stretch]) -> None:
    rows = stretches[0].rows
    with pytest.raises(DiptychError) as caught:
        lay([Stretch(rows=rows, steps=0.5, rate=0.0), Stretch(rows=rows, steps=0.6)], 1)
    assert len(caught.value.problems) == 3
    with pytest.raises(DiptychError, match="do not divide"):
        lay([], 5)


def test_the_share_of_rows_that_are_not_real() -> None:
    real, chance = torch.tensor([True] * 30 + [False] * 10), torch.Generator().manual_seed(0)

    def drawn(share: float | None) -> float:
        rows = Draw(part=0, real=real, batch=4000, share=share, augment=LIGHT).rows(chance)
        return float((rows >= 30).float().mean())

    assert (drawn(0.0), drawn(1.0)) == (0.0, 1.0)
    assert drawn(0.5) == pytest.approx(0.5, abs=0.04)
    assert drawn(None) == pytest.approx(0.25, abs=0.04)
    alone = Draw(part=0, real=real[:30], batch=50, share=0.9, augment=LIGHT).rows(chance)
    assert set(alone.tolist()) <= set(range(30)) and len(set(alone.tolist())) > 10
