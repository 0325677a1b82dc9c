"""Ready adapters for well-known weights that the user brings: an architecture, its input, its card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diptych.base.registry import Registry
from diptych.evaluation.extractors.card import ExtractorCard
from diptych.evaluation.extractors.frame import Frame

if TYPE_CHECKING:
    from torch import Tensor, nn

Fill = Callable[["Mapping[str, Tensor]"], "nn.Module"]
"""A published state dictionary -> the network that gives features."""


@dataclass(frozen=True, kw_only=True)
class AdapterCard(ExtractorCard):
    """The card of an extractor that lacks only its weights."""

    frame: Frame
    weights: str
    """Where they are published; their SHA-256 where it is known."""
    batch: int = 16
    """Images that go through at once: fewer where the input is large."""


ADAPTERS: Registry[Fill, AdapterCard] = Registry("adapters")

_INCEPTION = Frame(size=(299, 299), offset=(128.0,) * 3, scale=(128.0,) * 3)
_IMAGENET = Frame.standard((224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_MIMIC = Frame.standard((518, 518), (0.5307,) * 3, (0.2583,) * 3)
_XRV = Frame(size=(224, 224), offset=(127.5,), scale=(127.5 / 1024,))


@ADAPTERS.register(
    AdapterCard(
        name="inception-fid",
        summary="pooled features of the Inception-v3 of FID, for readers who ask for that number",
        reference="Szegedy et al. 2016, arXiv 1512.00567; Heusel et al. 2017, arXiv 1706.08500",
        features=2048,
        sha256="",
        preprocessing=str(_INCEPTION),
        frame=_INCEPTION,
        blind_to="what photographs do not teach. Values come near those of pytorch-fid, but not to the last "
        "digit: greys are stretched with Lanczos, not bilinearly. 2,048 features ask for thousands of images",
        weights="pt_inception-2015-12-05-6726825d.pth of pytorch-fid, SHA-256 "
        "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    )
)
def inception_fid(state: Mapping[str, Tensor]) -> nn.Module:
    """Inception-v3 of TensorFlow's graph of 2015-12-05."""
    from diptych.evaluation.networks.inception import load_inception

    return load_inception(state)


@ADAPTERS.register(
    AdapterCard(
        name="dinov2-small",
        summary="class token of DINOv2 ViT-S/14: a general extractor learned without labels",
        reference="Oquab et al. 2023, arXiv 2304.07193",
        features=384,
        sha256="",
        preprocessing=str(_IMAGENET),
        frame=_IMAGENET,
        blind_to="what photographs do not teach, and detail below 14 x 14 pixels of 224",
        weights="dinov2_vits14_pretrain.pth of facebookresearch/dinov2, SHA-256 "
        "b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9, or model.safetensors of "
        "facebook/dinov2-small",
    )
)
def dinov2_small(state: Mapping[str, Tensor]) -> nn.Module:
    """DINOv2's ViT-S/14 without registers."""
    from diptych.models.vit import load_vit

    return load_vit(state, 384)


@ADAPTERS.register(
    AdapterCard(
        name="dinov2-base",
        summary="class token of DINOv2 ViT-B/14: slower and finer than the small one",
        reference="Oquab et al. 2023, arXiv 2304.07193",
        features=768,
        sha256="",
        preprocessing=str(_IMAGENET),
        frame=_IMAGENET,
        blind_to="what photographs do not teach, and detail below 14 x 14 pixels of 224",
        weights="dinov2_vitb14_pretrain.pth of facebookresearch/dinov2, or model.safetensors of "
        "facebook/dinov2-base",
    )
)
def dinov2_base(state: Mapping[str, Tensor]) -> nn.Module:
    """DINOv2's ViT-B/14 without registers."""
    from diptych.models.vit import load_vit

    return load_vit(state, 768)


@ADAPTERS.register(
    AdapterCard(
        name="rad-dino",
        summary="class token of RAD-DINO ViT-B/14: learned on chest radiographs without labels",
        reference="Pérez-García et al. 2025, doi 10.1038/s42256-024-00965-w, arXiv 2401.10815",
        licence="MIT; copies of 2024 are under the Microsoft Research Licence: look at yours",
        features=768,
        sha256="",
        preprocessing=str(_MIMIC),
        frame=_MIMIC,
        blind_to="anything but chests: say nothing of panoramic radiographs with it",
        weights="model.safetensors or backbone_compatible.safetensors of microsoft/rad-dino",
        batch=2,
    )
)
def rad_dino(state: Mapping[str, Tensor]) -> nn.Module:
    """RAD-DINO, a ViT-B/14 at 518 x 518."""
    from diptych.models.vit import load_vit

    return load_vit(state, 768)


@ADAPTERS.register(
    AdapterCard(
        name="xrv-densenet121",
        summary="pooled features of a classifier of chest findings (TorchXRayVision)",
        reference="Cohen et al. 2022, arXiv 2111.00595; Huang et al. 2017, arXiv 1608.06993",
        features=1024,
        sha256="",
        preprocessing=str(_XRV),
        frame=_XRV,
        blind_to="anything but frontal chests and the 18 findings that it was taught",
        weights="torchxrayvision.models.DenseNet(weights='densenet121-res224-all'): its own files are "
        "pickled modules, which are not read here; save .state_dict() as safetensors where you trust them",
    )
)
def xrv_densenet121(state: Mapping[str, Tensor]) -> nn.Module:
    """DenseNet-121 of TorchXRayVision, trained at 224 x 224."""
    from diptych.evaluation.networks.densenet import load_densenet

    return load_densenet(state)
