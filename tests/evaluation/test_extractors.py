from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.evaluation import extractors
from diptych.evaluation.efficientnet import EfficientNetLite0, SameConv
from diptych.evaluation.extractors import EXTRACTORS, Extractor


@pytest.fixture(scope="module")
def lite0() -> Extractor:
    return EXTRACTORS["efficientnet-lite0"]()


def pictures(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (n, 40, 56), dtype=np.uint8)


def test_features_do_not_depend_on_company(lite0: Extractor) -> None:
    images = pictures(17)
    together = lite0(images)
    assert together.shape == (17, EXTRACTORS.card("efficientnet-lite0").features)
    assert together.dtype == np.float32
    np.testing.assert_array_equal(lite0(images[16:])[0], together[16])


def test_sixteen_bits_are_the_same_picture(lite0: Extractor) -> None:
    images = np.full((1, 224, 224), 90, np.uint8)
    images[0, 50:90] = 200
    np.testing.assert_allclose(lite0(images.astype(np.uint16) * 257), lite0(images), atol=1e-5)


def test_shrinking_does_not_alias() -> None:
    stripes = np.zeros((448, 448), np.uint8)
    stripes[:, ::2] = 255
    small = extractors.prepare(stripes, (224, 224))
    assert small.std() < 0.05
    assert small.mean() == pytest.approx(0, abs=0.02)


def test_the_weights_see_what_they_should() -> None:
    """A plain scene of a bright disc must not look like one of noise, and twice alike."""
    net = EfficientNetLite0()
    path = extractors._lite0_file()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == extractors.LITE0.sha256
    net.load_state_dict(torch.load(path, weights_only=True))
    logits = net.eval().classify(torch.zeros(1, 3, 224, 224))
    assert logits.shape == (1, 1000)
    assert logits.softmax(1).max() < 0.5


def test_same_padding_is_tensorflows() -> None:
    conv = SameConv(1, 1, 3, 2, bias=False)
    with torch.no_grad():
        conv.weight.zero_()
        conv.weight[0, 0, 0, 0] = 1
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    # Even sides: nothing is added at the top left, so the first window starts at pixel 0.
    assert conv(image)[0, 0].tolist() == [[0, 2], [8, 10]]
    assert conv(torch.ones(1, 1, 5, 5)).shape[-2:] == (3, 3)


def test_changed_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "weights.pth"
    fake.write_bytes(b"nothing")
    monkeypatch.setattr(extractors, "_lite0_file", lambda: fake)
    with pytest.raises(DiptychError, match="SHA-256"):
        EXTRACTORS["efficientnet-lite0"]()


@pytest.mark.parametrize("name", list(EXTRACTORS))
def test_every_extractor_says_what_it_is_blind_to(name: str) -> None:
    card = EXTRACTORS.card(name)
    assert card.blind_to
    assert card.preprocessing
    assert card.licence
    assert len(card.sha256) == 64
