from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import to_bytes
from diptych.downstream.fit import FitConfig
from diptych.evaluation.encoder_training import (
    encoder_recipe,
    fit_encoder,
    train_encoder,
    twins_found,
)
from diptych.evaluation.extractors import load_extractor
from diptych.evaluation.extractors.own import OwnEncoder, image_names, load_encoder, save_encoder
from diptych.evaluation.networks.encoder import EncoderConfig, contrast

from .conftest import Builder

SMALL = EncoderConfig(size=(32, 32), widths=(16, 32))
SHORT = FitConfig(steps=3, batch=8, check_every=3, average=0.9, precision="float32")


def blobs(n: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(n, 32, 32))
    smooth = gaussian_filter(noise, (0, 3, 3))
    return np.clip(128 + 45 * smooth / smooth.std(), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def trained() -> OwnEncoder:
    return fit_encoder(blobs(24), blobs(12, 1), SMALL, SHORT)[0]


def test_same_rows_and_seed_same_weights(trained: OwnEncoder) -> None:
    again, result = fit_encoder(blobs(24), blobs(12, 1), SMALL, SHORT)
    for name, value in again.net.state_dict().items():
        torch.testing.assert_close(value, trained.net.state_dict()[name], rtol=0, atol=0)
    assert again.about == trained.about
    assert 0 <= result.score <= 1
    other, _ = fit_encoder(blobs(24, 2), blobs(12, 1), SMALL, SHORT)
    assert other.about.rows != trained.about.rows
    assert other.extractor.card.fingerprint() != trained.extractor.card.fingerprint()


def test_training_leaves_the_global_seed_alone() -> None:
    torch.manual_seed(7)
    want = torch.rand(3)
    torch.manual_seed(7)
    fit_encoder(blobs(24), blobs(12, 1), SMALL, SHORT)
    torch.testing.assert_close(torch.rand(3), want)


def test_training_teaches() -> None:
    """New blobs, turned and shifted, are found again more often than by the untrained network."""
    held, few = (
        blobs(40, 3),
        FitConfig(steps=60, batch=32, rate=2e-3, check_every=60, average=0.9, precision="float32"),
    )
    _, result = fit_encoder(blobs(64), held, SMALL, few)
    plain = twins_found(SMALL.build(0).eval(), held, few.augment)
    assert result.score > plain + 0.1


def test_company_does_not_matter(trained: OwnEncoder) -> None:
    images = blobs(17, 4)
    together = trained.extractor(images)
    assert together.shape == (17, 32)
    np.testing.assert_array_equal(trained.extractor(images[16:]), together[16:])
    np.testing.assert_array_equal(trained.extractor(images[::-1]), together[::-1])


def test_the_extractor_sees_what_training_saw(trained: OwnEncoder) -> None:
    images = blobs(3)
    with torch.inference_mode():
        want = trained.net(torch.from_numpy(images)[:, None].float() / 255 * 4 - 2)
    np.testing.assert_allclose(trained.extractor(images), want, atol=1e-5)


def test_a_saved_encoder_comes_back_to_the_bit(trained: OwnEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    save_encoder(trained, folder)
    images = blobs(5)
    loaded = load_extractor(folder, kind="own")
    np.testing.assert_array_equal(loaded(images), trained.extractor(images))
    assert loaded.card == trained.extractor.card
    assert trained.about.rows in loaded.card.reference
    load_extractor(folder, kind="own", sha256=loaded.card.sha256)
    card = (folder / "card.md").read_text("utf-8")
    assert loaded.card.sha256 in card and loaded.card.blind_to in card
    with pytest.raises(DiptychError, match="not the pinned"):
        load_extractor(folder, kind="own", sha256="0" * 64)


def test_damaged_encoders_are_refused(trained: OwnEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    save_encoder(trained, folder)
    config, weights = folder / "config.json", folder / "weights.safetensors"
    good, data = json.loads(config.read_text()), weights.read_bytes()
    for change, fault in (
        ({"schema": 9}, "no encoder of schema 1"),
        ({"kind": "segmenter"}, "no encoder of schema 1"),
        ({"config": None}, "expected an object"),
        ({"config": {"size": [32, 32], "widths": [8, 100_000]}}, "not lawful"),
        ({"config": {"size": [33, 32], "widths": [16, 32]}}, "not lawful"),
        ({"config": {"size": [32, 32], "widths": [16, 64]}}, "misshapen"),
        ({"weights_sha256": "0" * 64}, "not the pinned"),
        ({"weights_sha256": ""}, "pinned"),
        ({"about": {}}, "missing field"),
    ):
        config.write_text(json.dumps({**good, **change}))
        with pytest.raises(DiptychError, match=fault):
            load_encoder(folder)
    config.write_text(json.dumps(good))
    weights.write_bytes(data[:-3])
    with pytest.raises(DiptychError, match="not the pinned"):
        load_encoder(folder)
    config.write_text("[")
    with pytest.raises(DiptychError, match="cannot be read"):
        load_encoder(folder)
    with pytest.raises(DiptychError, match="cannot be read"):
        load_encoder(tmp_path / "nothing")


def test_a_cohort_trains_an_encoder(build: Builder) -> None:
    cohort = build("jaws", range(60))
    config = EncoderConfig(size=(32, 64), widths=(16,))
    encoder, _ = train_encoder(cohort, config, SHORT)
    assert 40 < encoder.about.images < 60
    assert encoder.about.images + encoder.about.held == len(encoder.about.seen) == 60
    names = image_names(np.stack([to_bytes(sample.image, config.size) for sample in cohort]))
    assert set(names) == set(encoder.about.seen)
    assert (encoder.about.body, encoder.about.fingerprint) == ("panoramic", cohort.fingerprint())
    assert encoder.extractor(blobs(2)).shape == (2, 16)


def test_contrast_knows_twins() -> None:
    rows, nothing = torch.eye(8), torch.zeros(8, 8)
    assert contrast(nothing, nothing, 0.2).item() == pytest.approx(np.log(2 * 8 - 1))
    assert contrast(rows, rows, 0.05).item() < 1e-3
    assert contrast(rows, rows.roll(1, 0), 0.05).item() > 10


def test_settled_features_have_zero_and_unit(trained: OwnEncoder) -> None:
    features = trained.extractor(blobs(24))
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    assert features.var(axis=0, ddof=1).mean() == pytest.approx(1, abs=1e-3)
    assert features.var(axis=0).max() > 1.2


def test_too_few_images_are_refused() -> None:
    with pytest.raises(DiptychError, match="held: 3 samples are too few"):
        fit_encoder(blobs(24), blobs(3), SMALL, SHORT)


@pytest.mark.parametrize("body", ["panoramic", "chest"])
def test_recipes_are_lawful(body: str) -> None:
    config, fitting = encoder_recipe(body)
    features = config.build().eval()(torch.zeros(1, 1, *config.size))
    assert features.shape == (1, config.widths[-1])
    assert (fitting.augment.blur, fitting.augment.noise) == (0, 0)
