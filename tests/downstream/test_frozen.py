"""Heads on encoders that stay as they are: an ONNX network, a vision transformer with weights by chance."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import diptych.downstream as room
from diptych.base.errors import DiptychError
from diptych.downstream import EncoderConfig, LearnConfig, Learned, Stretch, learn
from diptych.downstream.checkpoint import open_learned, save_learned
from diptych.models.vit import ViT
from diptych.records import Cohort

from .shapes import chests, cohort, phantom, with_findings

SIZE = (32, 32)


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def onnx_file(path: Path, batch: object = "n", side: int = 64, *, flat: bool = False) -> EncoderConfig:
    """Patches of 8 x 8 pixels through one convolution with weights by chance: a real, small encoder."""
    import onnx

    floats, helper = onnx.TensorProto.FLOAT, onnx.helper
    kernel = np.random.default_rng(0).normal(0, 0.2, (48, 1, 8, 8)).astype(np.float32)
    last = [helper.make_node("GlobalAveragePool", ["y"], ["p"]), helper.make_node("Flatten", ["p"], ["z"])]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"], strides=[8, 8]),
            helper.make_node("Relu", ["c"], ["y"]),
            *(last if flat else [helper.make_node("Identity", ["y"], ["z"])]),
        ],
        "patches",
        [helper.make_tensor_value_info("x", floats, [batch, 1, side or "h", side or "w"])],
        [helper.make_tensor_value_info("z", floats, None)],
        [onnx.numpy_helper.from_array(kernel, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return EncoderConfig(kind="onnx", path=str(path), sha256=sha(path))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return chests(tmp_path_factory.mktemp("rows") / "a", 8, 2, 4)


def taught(rows: Cohort, config: LearnConfig) -> Learned:
    stretch = Stretch(rows=rows.select(split="train"))
    return learn([stretch], rows.select(split="val"), "lungs", "frozen", config)


def test_a_head_on_onnx_learns_lungs_and_comes_back(rows: Cohort, tmp_path: Path) -> None:
    config = LearnConfig(size=SIZE, steps=80, check_every=40, encoder=onnx_file(tmp_path / "net.onnx"))
    learned = taught(rows, config)
    test = rows.select(split="test")
    scores = room.test(learned, test)
    assert np.mean(scores.scores["dice"]["all"]) > 0.7
    save_learned(learned, tmp_path / "out")
    assert not [name for name in learned.judge.net.state_dict() if "encoder" in name]
    assert room.test(open_learned(tmp_path / "out"), test) == scores
    (tmp_path / "net.onnx").write_bytes(b"another")
    with pytest.raises(DiptychError, match="not the pinned"):
        open_learned(tmp_path / "out")


@pytest.mark.parametrize("batch", ["n", 3])
def test_the_batch_that_a_file_wants_changes_nothing(batch: object, tmp_path: Path) -> None:
    images = torch.randn(4, 1, *SIZE, generator=torch.Generator().manual_seed(0))
    encoder = onnx_file(tmp_path / "net.onnx", batch).build()
    found = encoder(images)
    assert found.shape == (4, 48, 4, 4)
    alone = torch.cat([encoder(image[None]) for image in images])
    torch.testing.assert_close(found, alone)


def test_a_vision_transformer_sees_patches_and_is_not_trained(tmp_path: Path) -> None:
    """With weights by chance, for the architecture; its published ones are checked where it lives."""
    torch.manual_seed(0)
    path = tmp_path / "dino.safetensors"
    save_file(ViT(384).state_dict(), path)
    encoder = EncoderConfig(kind="dinov2-small", path=str(path), sha256=sha(path), pixels=16)
    assert encoder.build()(torch.randn(2, 1, 32, 48)).shape == (2, 384, 2, 3)
    ill = [with_findings(phantom("chest", i), ["pneumonia"] * (i % 2)) for i in range(6)]
    held = [with_findings(phantom("chest", 6 + i, split="val"), ["pneumonia"] * (i % 2)) for i in range(2)]
    found = cohort(tmp_path / "a", [*ill, *held])
    config = LearnConfig(size=SIZE, steps=2, check_every=1, batch=4, encoder=encoder)
    stretch = Stretch(rows=found.select(split="train"))
    learned = learn([stretch], found.select(split="val"), "pneumonia", "frozen", config)
    assert sum(value.numel() for value in learned.judge.net.state_dict().values()) == 385
    assert learned.judge.config.encoder == encoder


def test_encoders_that_cannot_be_used(rows: Cohort, tmp_path: Path) -> None:
    good = onnx_file(tmp_path / "net.onnx")
    for wrong, words in (
        (replace(good, sha256=""), "without a pinned SHA-256"),
        (replace(good, path=str(tmp_path / "none")), "is no file"),
        (replace(good, kind="dinov2-huge"), "unknown name 'dinov2-huge'"),
        (replace(good, pixels=5), "pixels 5 is no patch"),
        (replace(good, kind="rad-dino"), "it was not unpickled"),
        (onnx_file(tmp_path / "free.onnx", side=0), "fixed height and width"),
        (onnx_file(tmp_path / "flat.onnx", flat=True), "not a map"),
        (None, "needs the weights of an encoder"),
    ):
        with pytest.raises(DiptychError, match=words):
            taught(rows, LearnConfig(size=SIZE, steps=1, encoder=wrong))
    with pytest.raises(DiptychError, match="takes no encoder"):
        config = LearnConfig(size=SIZE, steps=1, encoder=good)
        learn([Stretch(rows=rows.select(split="train"))], rows.select(split="val"), "lungs", "unet", config)
