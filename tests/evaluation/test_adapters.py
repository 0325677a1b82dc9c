"""Ready adapters against their reference implementations.

The numbers below were made once with the publishers' own modules (torch-fidelity 0.4.0,
torchxrayvision 1.5.7, transformers 5.23, dinov2 0.0.1.dev2) from the same made-up weights and
pictures; names and wiring must agree for them to come out again.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from diptych.base.errors import DiptychError
from diptych.evaluation.extractors import ADAPTERS
from diptych.evaluation.networks.densenet import DenseNet
from diptych.evaluation.networks.inception import Inception
from diptych.models.filling import filled
from diptych.models.vit import ViT, own_names

HEIRS = ("running_var", "weight", "gamma", "lambda1")


def waves(name: str, shape: tuple[int, ...]) -> Tensor:
    """Made-up weights that depend on the name alone, of a size that keeps signals alive."""
    phase = zlib.crc32(name.encode()) % 1000
    wave = (np.sin(np.arange(math.prod(shape)) * 12.9898 + phase) * 43758.5453 % 1 * 2 - 1).reshape(shape)
    if len(shape) > 1:
        wave = wave * (6 / math.prod(shape[1:])) ** 0.5
    else:
        wave = 1 + 0.1 * wave if name.endswith(HEIRS) else 0.1 * wave
    return torch.from_numpy(wave.astype(np.float32))


def state(net: nn.Module) -> dict[str, Tensor]:
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    return {k: waves(k, shape) for k, shape in shapes.items() if not k.endswith("num_batches_tracked")}


def picture(channels: int, side: int) -> np.ndarray:
    wave = np.sin(np.arange(channels * side * side) * 0.37)
    return wave.reshape(1, channels, side, side).astype(np.float32)


def looks(net: nn.Module, image: np.ndarray) -> list[float]:
    with torch.inference_mode():
        row = net(torch.from_numpy(image))[0]
    return [*(float(v) for v in row[row > 0][:3]), float(row[-1]), float(row.mean()), float(row.std())]


def test_inception_is_that_of_torch_fidelity() -> None:
    extra = {"fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}
    net = ADAPTERS["inception-fid"]({**state(Inception()), **extra})
    image = (np.round(picture(3, 299) * 100 + 128) - 128) / 128
    want = [3.41246, 0.09859, 0.00547, 0.0, 1.34659, 1.77291]
    assert looks(net, image.astype(np.float32)) == pytest.approx(want, rel=1e-3, abs=1e-3)


def test_densenet_is_that_of_torchxrayvision() -> None:
    extra = {"classifier.weight": torch.zeros(18, 1024), "op_threshs": torch.zeros(18)}
    net = ADAPTERS["xrv-densenet121"]({**state(DenseNet()), **extra})
    want = [2759.06763, 101.06173, 59.36727, 10.22372, 584.3493, 811.12488]
    assert looks(net, picture(1, 224) * 1024) == pytest.approx(want, rel=1e-3)


def hugging(width: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of `model.safetensors` of facebook/dinov2-small, dinov2-base and RAD-DINO."""
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.cls_token": (1, 1, width),
        "embeddings.mask_token": (1, width),
        "embeddings.position_embeddings": (1, 1370, width),
        "embeddings.patch_embeddings.projection.weight": (width, 3, 14, 14),
        "embeddings.patch_embeddings.projection.bias": (width,),
        "layernorm.weight": (width,),
        "layernorm.bias": (width,),
    }
    square = [f"attention.attention.{part}" for part in ("query", "key", "value")] + [
        "attention.output.dense"
    ]
    for layer in range(12):
        own: dict[str, tuple[int, ...]] = {"layer_scale1.lambda1": (width,), "layer_scale2.lambda1": (width,)}
        matrices = {**{name: (width, width) for name in square}}
        matrices |= {"mlp.fc1": (4 * width, width), "mlp.fc2": (width, 4 * width)}
        for name, shape in matrices.items():
            own |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
        for name in ("norm1", "norm2"):
            own |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
        shapes |= {f"encoder.layer.{layer}.{name}": shape for name, shape in own.items()}
    return shapes


def authors(found: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same under the names of `dinov2_vits14_pretrain.pth`."""
    twins = {
        "embeddings.cls_token": "cls_token",
        "embeddings.mask_token": "mask_token",
        "embeddings.position_embeddings": "pos_embed",
        "embeddings.patch_embeddings.projection.weight": "patch_embed.proj.weight",
        "embeddings.patch_embeddings.projection.bias": "patch_embed.proj.bias",
        "layernorm.weight": "norm.weight",
        "layernorm.bias": "norm.bias",
    }
    parts = {
        "attention.output.dense": "attn.proj",
        "layer_scale1.lambda1": "ls1.gamma",
        "layer_scale2.lambda1": "ls2.gamma",
    }
    named = {theirs: found[own] for own, theirs in twins.items()}
    for layer in range(12):
        here, there = f"encoder.layer.{layer}.", f"blocks.{layer}."
        for end in ("weight", "bias"):
            trio = [found[f"{here}attention.attention.{part}.{end}"] for part in ("query", "key", "value")]
            named[f"{there}attn.qkv.{end}"] = torch.cat(trio)
        for name, value in found.items():
            if name.startswith(here) and ".attention.attention." not in name:
                rest = name.removeprefix(here)
                for own, theirs in parts.items():
                    rest = rest.replace(own, theirs)
                named[there + rest] = value
    return named


def test_dinov2_is_that_of_hugging_face_and_of_its_authors() -> None:
    made = {name: waves(name, shape) for name, shape in hugging(384).items()}
    made["embeddings.position_embeddings"] *= 100
    net, twin = ADAPTERS["dinov2-small"](made), ADAPTERS["dinov2-small"](authors(made))
    want = [1.83035, 1.61061, 1.46883, 0.26061, 0.00427, 1.00754]
    assert looks(net, picture(3, 224)) == pytest.approx(want, abs=1e-3)
    for name, value in net.state_dict().items():
        assert torch.equal(value, twin.state_dict()[name]), name


def test_names_and_shapes_of_the_base_size() -> None:
    """RAD-DINO's and DINOv2's ViT-B/14, without allocating one."""
    with torch.device("meta"):
        files = {name: torch.empty(shape) for name, shape in hugging(768).items()}
        wanted = {name: value.shape for name, value in ViT(768).state_dict().items()}
    for state_dict in (files, authors(files)):
        named = {name: value.shape for name, value in own_names(state_dict).items()}
        assert named.pop("mask_token") == (1, 768)
        assert named == wanted
    assert sum(shape.numel() for shape in wanted.values()) == 86_579_712


def test_weights_that_do_not_fit_are_refused_in_one_line() -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))

    good, first = state(build()), "0.weight"
    assert filled(build, good, "net").training is False
    for change, fault in (
        ({first: None}, "net: lacks weights: 1, such as '0.weight'"),
        ({"extra": torch.zeros(1)}, "has unknown weights: 1, such as 'extra'"),
        ({first: torch.zeros(4, 3, 3, 3)}, "has misshapen weights: 1"),
        ({first: torch.full((4, 1, 3, 3), math.nan)}, "has non-finite weights: 1"),
    ):
        bad = {k: v for k, v in {**good, **change}.items() if v is not None}
        with pytest.raises(DiptychError, match=fault) as caught:
            filled(build, bad, "net")
        assert "\n" not in str(caught.value)


def test_published_names_of_inception() -> None:
    """pytorch-fid's file has 566 entries: 94 convolutions, each with five of its norm, and the classifier."""
    with torch.device("meta"):
        names = set(Inception().state_dict())
    assert len(names) + 2 == 566
    for name in ("Conv2d_1a_3x3.conv", "Mixed_5b.branch5x5_2.bn", "Mixed_6a.branch3x3dbl_3.conv"):
        assert f"{name}.weight" in names
    for name in ("Mixed_6e.branch7x7dbl_5.bn", "Mixed_7a.branch7x7x3_4.bn", "Mixed_7c.branch3x3dbl_3b.bn"):
        assert f"{name}.running_var" in names


@pytest.mark.parametrize("name", list(ADAPTERS))
def test_every_adapter_says_what_it_needs(name: str) -> None:
    card = ADAPTERS.card(name)
    assert card.preprocessing == str(card.frame)
    assert card.weights
    assert card.blind_to
    assert len(card.frame.offset) in (1, 3)
