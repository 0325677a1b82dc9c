from __future__ import annotations

import sys
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from diptych.base.errors import DiptychError
from diptych.models.diffusion.flow import Flow, FlowConfig

CONFIG = FlowConfig(
    body="panoramic",
    layer="teeth",
    size=(32, 64),
    sites=("11", "12", ""),
    kinds=("missing", "caries"),
    widths=(16, 16, 32),
    steps=3,
    micro_batch=4,
)


@pytest.fixture(scope="module")
def flow() -> Flow:
    """A small generator with busy weights."""
    torch.manual_seed(0)
    model = CONFIG.build().eval()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return model


def seeds(*numbers: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(number) for number in numbers]


@pytest.mark.parametrize("fold", [2, 4])
@pytest.mark.parametrize(("layer", "body"), [("teeth", "panoramic"), ("lungs", "chest")])
def test_image_and_mask_come_back_from_one_x(fold: int, layer: str, body: str) -> None:
    model = replace(CONFIG, fold=fold, layer=layer, body=body).build()  # type: ignore[arg-type]
    torch.manual_seed(1)
    codes = torch.tensor([0, 11, 28, 48, 33] if layer == "teeth" else [0, 1, 2])
    image, mask = torch.rand(2, 1, 32, 64) * 2 - 1, codes[torch.randint(len(codes), (2, 32, 64))]
    x = model.join(image, mask)
    assert x.shape == (2, (1 + model.planes.count) * fold**2, 32 // fold, 64 // fold)
    grey, planes = model.part(x)
    torch.testing.assert_close(grey, image)
    assert torch.equal(model.planes.decode(planes), mask)


def test_a_sample_does_not_hang_on_its_neighbours(flow: Flow) -> None:
    slots = torch.zeros(2, 3, 2)
    first, second = flow.draw(slots, seeds(1, 2)), flow.draw(slots, seeds(1, 7))
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one[0], other[0])
        assert not torch.equal(one[1], other[1])
    assert first[0].dtype == torch.uint8 and first[0].shape == (2, 32, 64)


def drawn(flow: Flow, slots: Tensor, **changed: object) -> Tensor:
    """The grey levels of one sample, with another config."""
    model = Flow(replace(flow.config, **changed))  # type: ignore[arg-type]
    model.load_state_dict(flow.state_dict())
    return model.eval().draw(slots, seeds(3))[0].float()


def test_slots_domain_and_guidance_reach_the_sample(flow: Flow) -> None:
    nothing, asked = torch.zeros(1, 3, 2), torch.zeros(1, 3, 2)
    asked[0, 1, 0] = 1
    plain = drawn(flow, asked, guidance=1.0)
    assert not torch.equal(plain, drawn(flow, nothing, guidance=1.0))
    assert not torch.equal(plain, drawn(flow, asked, guidance=4.0))
    # Without guidance by the request, what is asked for is not heard at all.
    assert torch.equal(drawn(flow, asked, guidance=0.0), drawn(flow, nothing, guidance=0.0))
    assert not torch.equal(flow.draw(nothing, seeds(3), phantom=True)[0], flow.draw(nothing, seeds(3))[0])


def test_each_site_is_a_token_of_its_own(flow: Flow) -> None:
    slots = torch.zeros(2, 3, 2)
    slots[0, 0, 1], slots[1, 2, 1] = 1, 1
    x, t = torch.randn(1, 56, 16, 32).expand(2, -1, -1, -1), torch.full((2,), 0.3)
    said = flow.expected(x, t, slots, torch.zeros(2, dtype=torch.long), torch.ones(2))
    assert not torch.allclose(said[0], said[1])


@pytest.mark.parametrize("missing", ["monai", "einops"])
def test_what_is_not_installed_is_named_with_its_extra(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    for name in [name for name in sys.modules if name.startswith(f"{missing}.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(DiptychError, match=r"flow family: needs .*; pip install 'diptych\[diffusion\]'"):
        CONFIG.build()
