from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from diptych.models.tokenizer.planes import LabelPlanes, ToothPlanes
from diptych.records.labels import FDI


@given(st.lists(st.sampled_from([0, *FDI]), min_size=12, max_size=12))
def test_teeth_come_back_from_their_planes(codes: list[int]) -> None:
    mask = torch.tensor(codes).view(1, 3, 4)
    planes = ToothPlanes()
    assert torch.equal(planes.decode(planes.encode(mask) * 2 - 1), mask)


def test_lungs_come_back_from_their_planes() -> None:
    mask = torch.tensor([[[0, 1, 2], [2, 1, 0]]])
    planes = LabelPlanes(3)
    assert torch.equal(planes.decode(planes.encode(mask)), mask)


def test_loss_is_lower_for_the_right_mask() -> None:
    mask = torch.zeros(1, 8, 8, dtype=torch.long)
    mask[:, 2:5, 2:5] = 36
    other = torch.zeros_like(mask)
    other[:, 2:5, 2:5] = 37
    planes = ToothPlanes()
    right, wrong = (planes.encode(m) * 20 - 10 for m in (mask, other))
    assert planes.loss(right, mask) < 0.1 < planes.loss(wrong, mask)
