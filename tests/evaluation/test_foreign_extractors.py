from __future__ import annotations

import hashlib
import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from diptych.base.errors import DiptychError
from diptych.downstream import pinned as pinned_room
from diptych.evaluation.extractors import LITE0, Frame, load_extractor

FRAME = Frame(size=(8, 8), offset=(127.5,), scale=(127.5,))


def pictures(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (n, 20, 20), dtype=np.uint8)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(match: str, *args: object, **fields: object) -> None:
    with pytest.raises(DiptychError, match=match) as caught:
        load_extractor(*args, **fields)
    assert "\n" not in str(caught.value)


class Boom:
    """Writes a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.place), "w"))


def test_names_are_looked_up() -> None:
    assert load_extractor("efficientnet-lite0").card == LITE0
    refused("did you mean 'efficientnet-lite0'", "efficientnet-lite")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt"])
def test_weights_for_a_given_module(tmp_path: Path, suffix: str) -> None:
    source, path = network(), tmp_path / f"net{suffix}"
    if suffix == ".safetensors":
        save_file({k: v.contiguous() for k, v in source.state_dict().items()}, path)
    else:
        torch.save(source.state_dict(), path)
    empty = nn.Sequential(
        nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    before = empty[0].weight.detach().clone()
    extract = load_extractor(path, kind="module", sha256=sha(path).upper(), frame=FRAME, module=empty)
    images = pictures(19)
    together = extract(images)
    with torch.inference_mode():
        want = source.eval()(torch.from_numpy(FRAME(images)))
    np.testing.assert_allclose(together, want, atol=1e-6)
    np.testing.assert_array_equal(extract(images[18:]), together[18:])
    assert (extract.card.features, extract.card.sha256) == (6, sha(path))
    torch.testing.assert_close(empty[0].weight, before)
    assert empty[0].weight.requires_grad


def test_unpinned_and_changed_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_file(network().state_dict(), path)
    fields = {"kind": "module", "frame": FRAME, "module": network()}
    refused(f"without a pinned SHA-256; .* sha256={sha(path)}", path, **fields)
    refused("is no SHA-256", path, sha256="abc", **fields)
    refused(f"has SHA-256 {sha(path)}, not the pinned", path, sha256="0" * 64, **fields)
    refused("is no file", tmp_path / "none.pth", sha256="0" * 64, **fields)
    refused("is a folder", tmp_path, sha256="0" * 64, **fields)
    refused("without its preprocessing", path, kind="module", sha256=sha(path))
    refused("without its network", path, kind="module", sha256=sha(path), frame=FRAME)
    refused("unknown kind of extractor 'tensorflow'", path, kind="tensorflow", sha256=sha(path))
    refused("is a file of unknown kind", path)
    refused("misshapen|lacks", path, kind="xrv-densenet121", sha256=sha(path))
    wide = Frame(size=(8, 8), offset=(0.0,) * 3, scale=(1.0,) * 3)
    refused("does not take input of shape", path, **{**fields, "frame": wide}, sha256=sha(path))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    for suffix in (".pth", ".pt", ".safetensors"):
        for dump in (torch.save, lambda value, file: file.write(pickle.dumps(value))):
            path = tmp_path / f"hostile{suffix}"
            with path.open("wb") as file:
                dump({"0.weight": Boom(mark)}, file)
            refused(
                "not unpickled|no safetensors",
                path,
                kind="module",
                sha256=sha(path),
                frame=FRAME,
                module=network(),
            )
    torch.save(network(), tmp_path / "whole.pt")
    path = tmp_path / "whole.pt"
    refused("not unpickled", path, kind="module", sha256=sha(path), frame=FRAME, module=network())
    assert not mark.exists()


@pytest.mark.parametrize("kind", ["module", "xrv-densenet121", "onnx"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_rubbish_is_refused(tmp_path: Path, kind: str, suffix: str) -> None:
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(3)}, buffer)
    huge = (2**60).to_bytes(8, "little") + b"{}"
    for data in (b"", b"rubbish" * 99, buffer.getvalue()[:200], huge, b"PK\x03\x04" + b"\0" * 80):
        path = tmp_path / f"net{suffix}"
        path.write_bytes(data)
        refused(".", path, kind=kind, sha256=sha(path), frame=FRAME, module=network())


def test_other_things_than_tensors_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    for thing in ({}, {"a": 1}, [torch.zeros(1)], {"state_dict": {"a": torch.zeros(1)}}, {1: torch.zeros(1)}):
        torch.save(thing, path)
        refused("no state dictionary", path, kind="xrv-densenet121", sha256=sha(path))


def test_swelling_and_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * 10_000_000)
    refused("unpacks from", path, kind="xrv-densenet121", sha256=sha(path))
    monkeypatch.setattr(pinned_room, "LARGEST_FILE", 1000)
    refused("more than 1,000", path, kind="xrv-densenet121", sha256=sha(path))


def test_torchscript_needs_trust(tmp_path: Path) -> None:
    path = tmp_path / "net.ts"
    torch.jit.trace(network().eval(), torch.zeros(2, 1, 8, 8)).save(str(path))
    refused("is a TorchScript program", path, kind="torchscript", sha256=sha(path), frame=FRAME)
    refused("not the pinned", path, kind="torchscript", trust="0" * 64, frame=FRAME)
    extract = load_extractor(path, kind="torchscript", trust=sha(path), frame=FRAME)
    with torch.inference_mode():
        want = network().eval()(torch.from_numpy(FRAME(pictures(3))))
    np.testing.assert_allclose(extract(pictures(3)), want, atol=1e-6)
    path.write_bytes(b"rubbish")
    refused("is no TorchScript", path, kind="torchscript", trust=sha(path), frame=FRAME)


def onnx_file(path: Path, batch: object, *, outside: bool = False, maps: bool = False) -> np.ndarray:
    """(batch, 1, 8, 8) -> flattened and multiplied with the matrix that is returned, (64, 5)."""
    import onnx

    matrix = np.random.default_rng(0).normal(size=(64, 5)).astype(np.float32)
    floats, helper = onnx.TensorProto.FLOAT, onnx.helper
    weights = onnx.numpy_helper.from_array(matrix, "w")
    if outside:
        (path.parent / "weights.bin").write_bytes(weights.raw_data)
        weights.ClearField("raw_data")
        weights.data_location = onnx.TensorProto.EXTERNAL
        weights.external_data.add(key="location", value="weights.bin")
    nodes = [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("MatMul", ["flat", "w"], ["y"])]
    shape: list[object] = [batch, 5]
    if maps:
        nodes, shape = [helper.make_node("Concat", ["x", "x"], ["y"], axis=1)], [batch, 2, 8, 8]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", floats, [batch, 1, 8, 8])],
        [helper.make_tensor_value_info("y", floats, shape)],
        [] if maps else [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return matrix


@pytest.mark.parametrize("batch", ["n", 4, 1])
def test_onnx_networks(tmp_path: Path, batch: object) -> None:
    path = tmp_path / "net.onnx"
    matrix = onnx_file(path, batch)
    extract = load_extractor(path, kind="onnx", sha256=sha(path), frame=FRAME)
    images = pictures(19)
    together = extract(images)
    np.testing.assert_allclose(together, FRAME(images).reshape(19, 64) @ matrix, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(extract(images[17:]), together[17:])
    onnx_file(path, batch, maps=True)
    pooled = load_extractor(path, kind="onnx", sha256=sha(path), frame=FRAME)(images)
    np.testing.assert_allclose(pooled, np.repeat(FRAME(images).mean((2, 3)), 2, axis=1), atol=1e-5)


def test_onnx_files_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.onnx"
    onnx_file(path, "n", outside=True)
    monkeypatch.chdir(tmp_path)
    refused("keeps weights in another file", path, kind="onnx", sha256=sha(path), frame=FRAME)
    onnx_file(path, "n")
    refused("without a pinned SHA-256", path, kind="onnx", frame=FRAME)
    larger = Frame(size=(9, 8), offset=(127.5,), scale=(127.5,))
    refused("not one float input", path, kind="onnx", sha256=sha(path), frame=larger)
