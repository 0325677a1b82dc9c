from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.evaluation.audit import audit
from diptych.evaluation.stacks import heldout_part, image_stack, training_part
from diptych.metrics.copying import Search

from .conftest import Builder

QUICK = Search(pool=4, shift=1)


def test_planted_copies_are_counted(build: Builder) -> None:
    train, heldout = build("train", range(40)), build("held", range(100, 130), split="val")
    new, copies = build("new", range(200, 218)), build("copies", range(2), change=lambda x: x[:, ::-1])
    made = np.concatenate([image_stack(new), image_stack(copies)])
    found = audit(made, train, heldout, QUICK)
    assert found.copies.low <= 0.1 <= found.copies.high
    assert found.copies.value >= 0.1
    assert list(found.synthetic.index[-2:]) == [0, 1]
    assert found.synthetic.distance[-2:].max() < found.threshold
    assert "copy rate 0." in found.lines()[0]
    clean = audit(new, train, heldout, QUICK)
    assert clean.copies.value <= 0.12


def test_a_leak_is_an_error(build: Builder) -> None:
    train, leaky = build("train", range(10)), build("held", range(9, 15))
    with pytest.raises(DiptychError, match="1 subjects are in the training and in the held-out part.*'s9'"):
        audit(image_stack(train), train, leaky, QUICK)


def test_parts_by_split(build: Builder) -> None:
    one = build("val", range(3), split="val")
    assert len(heldout_part(one)) == 3
    assert len(training_part(one)) == 3
