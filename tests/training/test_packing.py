from __future__ import annotations

import torch

from diptych.training.packing import pack, unpack


def test_packed_weights_come_back_within_half_a_step() -> None:
    torch.manual_seed(0)
    weights = {
        "a.weight": torch.randn(64, 64) * torch.rand(64, 1),
        "a.bias": torch.randn(64),
        "b.place": torch.randn(64, 64),
    }
    back = unpack(pack(weights))
    assert back.keys() == weights.keys()
    step = weights["a.weight"].abs().amax(1, keepdim=True) / 127
    assert ((back["a.weight"] - weights["a.weight"]).abs() <= step * 0.501).all()
    assert torch.allclose(back["a.bias"], weights["a.bias"], atol=2e-3)
    assert torch.allclose(back["b.place"], weights["b.place"], atol=2e-3)


def test_packing_twice_is_packing_once() -> None:
    torch.manual_seed(0)
    once = unpack(pack({"a.weight": torch.randn(48, 64)}))
    assert torch.equal(unpack(pack(once))["a.weight"], once["a.weight"])


def test_rows_of_zeros_stay_zeros() -> None:
    assert (unpack(pack({"a.weight": torch.zeros(64, 64)}))["a.weight"] == 0).all()
