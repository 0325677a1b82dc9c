from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.evaluation.extractors import (
    ADAPTERS,
    EXTRACTORS,
    LITE0,
    CardedExtractor,
    Frame,
    imagenet,
)
from diptych.evaluation.extractors.batched import Batched
from diptych.evaluation.extractors.foreign import OWN_KINDS
from diptych.evaluation.networks.efficientnet import EfficientNetLite0, SameConv, load_lite0

NAMES = list(EXTRACTORS)


@pytest.fixture(scope="module")
def loaded() -> dict[str, CardedExtractor]:
    return {name: EXTRACTORS[name]() for name in NAMES}


def pictures(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (n, 40, 56), dtype=np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_features_do_not_depend_on_company(loaded: dict[str, CardedExtractor], name: str) -> None:
    images = pictures(17)
    together = loaded[name](images)
    assert together.shape == (17, EXTRACTORS.card(name).features)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(loaded[name](images[16:]), together[16:])
    np.testing.assert_array_equal(loaded[name](images[:9:-1]), together[:9:-1])


@pytest.mark.parametrize("name", NAMES)
def test_sixteen_bits_are_the_same_picture(loaded: dict[str, CardedExtractor], name: str) -> None:
    images = pictures(2)
    wide = loaded[name](images.astype(np.uint16) * 257)
    # The resize rounds to the depth that it is given.
    np.testing.assert_allclose(wide, loaded[name](images), rtol=0.01, atol=0.02)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("images", "fault"),
    [
        (np.full((2, 32, 32), np.nan), "no numbers"),
        (np.full((2, 32, 32), 0.5, np.float32), "pixels of type float32"),
        (np.zeros((2, 32, 32), np.int64), "pixels of type int64"),
        (np.zeros((32, 32), np.uint8), "shape"),
        (np.zeros((0, 32, 32), np.uint8), "too few"),
        (np.zeros((2, 0, 32), np.uint8), "shape"),
    ],
)
def test_other_pixels_are_refused(
    loaded: dict[str, CardedExtractor], name: str, images: np.ndarray, fault: str
) -> None:
    with pytest.raises(DiptychError, match=fault) as caught:
        loaded[name](images)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_flat_image_has_features(loaded: dict[str, CardedExtractor], name: str) -> None:
    greys = np.array([0, 90, 255], np.uint8)[:, None, None]
    assert np.isfinite(loaded[name](np.broadcast_to(greys, (3, 33, 50)))).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_extractor_says_what_it_is_blind_to(loaded: dict[str, CardedExtractor], name: str) -> None:
    card = EXTRACTORS.card(name)
    assert card.blind_to
    assert card.preprocessing
    assert card.licence
    assert len(card.sha256) in (0, 64)
    assert loaded[name].card == card


def test_listing_extractors_costs_no_torch() -> None:
    code = "import sys; from diptych.evaluation.extractors import EXTRACTORS; list(EXTRACTORS); "
    subprocess.run([sys.executable, "-c", code + "assert 'torch' not in sys.modules"], check=True)


def test_frames_map_greys_as_they_say() -> None:
    frame = Frame.standard((2, 2), (0.5, 0.25), (0.25, 0.5))
    made = frame(np.array([[[0, 255], [51, 255]]], np.uint8))
    assert made.shape == (1, 2, 2, 2)
    np.testing.assert_allclose(made[0, 0], [[-2, 2], [-1.2, 2]], rtol=1e-6)
    np.testing.assert_allclose(made[0, 1], [[-0.5, 1.5], [-0.1, 1.5]], rtol=1e-6)
    assert (
        str(Frame(size=(8, 9))) == "stretched to 8 x 9 (Lanczos, antialiased), (grey - 0) / 255 in 1 channel"
    )


def test_shrinking_does_not_alias() -> None:
    stripes = np.zeros((1, 448, 448), np.uint8)
    stripes[:, :, ::2] = 255
    small = Frame(size=(224, 224), offset=(127.0,), scale=(128.0,))(stripes)
    assert small.std() < 0.05
    assert small.mean() == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    "fields",
    [
        {"size": (0, 5)},
        {"size": (5, 5000)},
        {"size": (5, 5), "offset": (0.0, 1.0)},
        {"size": (5, 5), "scale": (0.0,)},
        {"size": (5, 5), "offset": (float("nan"),)},
    ],
)
def test_unlawful_frames_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(DiptychError, match="frame"):
        Frame(**fields)


def test_a_network_at_odds_with_its_card_is_refused() -> None:
    frame = Frame(size=(4, 4))
    narrow = Batched(card=LITE0, frame=frame, run=lambda batch: batch[:, 0, 0])
    with pytest.raises(DiptychError, match=r"shape \(16, 4\), not \(16, 1280\)"):
        narrow(pictures(2))
    broken = Batched(card=LITE0, frame=frame, run=lambda batch: np.full((16, 1280), np.nan, np.float32))
    with pytest.raises(DiptychError, match="no numbers"):
        broken(pictures(2))


def test_the_weights_see_what_they_should() -> None:
    """A plain grey is nothing in particular to a classifier of a thousand things."""
    net = EfficientNetLite0()
    path = imagenet._lite0_file()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == LITE0.sha256
    net.load_state_dict(torch.load(path, weights_only=True))
    logits = net.eval().classify(torch.zeros(1, 3, 224, 224))
    assert logits.shape == (1, 1000)
    assert logits.softmax(1).max() < 0.5


def test_folded_norms_change_nothing() -> None:
    state = torch.load(imagenet._lite0_file(), weights_only=True)
    plain = EfficientNetLite0()
    plain.load_state_dict(state)
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(load_lite0(state)(image), plain.eval()(image), rtol=1e-3, atol=1e-4)


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
    monkeypatch.setattr(imagenet, "_lite0_file", lambda: fake)
    with pytest.raises(DiptychError, match="SHA-256"):
        EXTRACTORS["efficientnet-lite0"]()


def test_the_reference_page_has_every_card(root: Path) -> None:
    page = (root / "docs" / "reference" / "extractors.md").read_text("utf-8")
    for registry in (EXTRACTORS, ADAPTERS):
        for name in registry:
            assert f"| `{name}` | {registry.card(name).features} |" in page
    for kind in OWN_KINDS:
        assert f"| `{kind}` |" in page
