"""Extractors from names and from files: one door, which lets nothing in that is not pinned."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.pinned import read_pinned, state_of
from diptych.evaluation.extractors.adapters import ADAPTERS
from diptych.evaluation.extractors.batched import MICRO_BATCH, Batched, Run, torch_run
from diptych.evaluation.extractors.card import EXTRACTORS, CardedExtractor, ExtractorCard
from diptych.evaluation.extractors.frame import Frame
from diptych.evaluation.extractors.onnx import onnx_run

if TYPE_CHECKING:
    from torch import nn

OWN_KINDS = ("own", "onnx", "module", "torchscript")
"""Kinds beside the adapters."""


def load_extractor(
    spec: str | Path,
    *,
    kind: str = "",
    sha256: str = "",
    trust: str = "",
    frame: Frame | None = None,
    module: nn.Module | None = None,
) -> CardedExtractor:
    """The extractor of a registered name, or of a file of some kind.

    `kind` is what the file at `spec` is:

    - an adapter's name (`ADAPTERS`): weights as `.safetensors`, `.pth` or `.pt`, with `sha256`;
    - `own`: the folder of an encoder trained by Diptych, which carries its own hash;
    - `onnx`: an ONNX file with all its weights inside, with `sha256` and `frame`;
    - `module`: weights for the torch module that is given as `module`, with `sha256` and `frame`;
    - `torchscript`: a TorchScript file with `frame`. It is a program that could do anything, so
      `trust` must repeat its SHA-256.

    Nothing is unpickled. Raises `DiptychError` in one line for a file that is missing, unreadable,
    unpinned, of another hash, or not of that kind.
    """
    if not kind:
        return _registered(spec)
    path = Path(spec)
    if kind == "own":
        from diptych.evaluation.extractors.own import load_encoder

        return load_encoder(path, sha256).extractor
    if kind in ADAPTERS:
        return _adapted(path, kind, sha256)
    if kind not in OWN_KINDS:
        known = ", ".join([*OWN_KINDS, *ADAPTERS])
        raise DiptychError.of("kind", f"unknown kind of extractor {kind!r}", f"choose from {known}")
    if frame is None:
        remedy = "give frame=Frame(size=..., offset=..., scale=...)"
        raise DiptychError.of(str(path), "comes without its preprocessing", remedy)
    return _bare(path, kind, trust if kind == "torchscript" else sha256, frame, module)


def _registered(spec: str | Path) -> CardedExtractor:
    if str(spec) not in EXTRACTORS and Path(spec).exists():
        known = ", ".join([*OWN_KINDS, *ADAPTERS])
        raise DiptychError.of(str(spec), "is a file of unknown kind", f"say which: kind={known}")
    return EXTRACTORS[str(spec)]()


def _adapted(path: Path, kind: str, sha256: str) -> CardedExtractor:
    card = ADAPTERS.card(kind)
    net = ADAPTERS[kind](state_of(read_pinned(path, sha256), path))
    own = replace(card, sha256=sha256.lower())
    return Batched(card=own, frame=card.frame, run=torch_run(net), batch=card.batch)


def _bare(path: Path, kind: str, sha256: str, frame: Frame, module: nn.Module | None) -> CardedExtractor:
    """A network of which nothing is known but its file and its input."""
    batch = MICRO_BATCH
    if kind == "torchscript":
        run = torch_run(_torchscript(path, sha256))
    elif kind == "onnx":
        run, batch = onnx_run(read_pinned(path, sha256), path, frame)
    else:
        run = torch_run(_module(path, sha256, module))
    return Batched(
        card=_card(path, kind, sha256, frame, _width(run, frame, batch, path)),
        frame=frame,
        run=run,
        batch=batch,
    )


def _module(path: Path, sha256: str, module: nn.Module | None) -> nn.Module:
    from diptych.models.filling import filled

    if module is None:
        raise DiptychError.of(str(path), "comes without its network", "give module=, a torch module")
    # A copy: the caller's own keeps its weights and its gradients.
    from copy import deepcopy

    return filled(lambda: deepcopy(module), state_of(read_pinned(path, sha256), path), str(path))


def _torchscript(path: Path, trust: str) -> Any:
    import torch

    if not trust:
        what = "is a TorchScript program, which may do anything on this machine"
        raise DiptychError.of(str(path), what, "if you trust it, give trust= its SHA-256")
    data = read_pinned(path, trust)
    try:
        return torch.jit.load(io.BytesIO(data), map_location="cpu")  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0][:120]
        raise DiptychError.of(str(path), f"is no TorchScript file ({reason})", "export it again") from None


def _width(run: Run, frame: Frame, batch: int, path: Path) -> int:
    """Number of features, found by a trial with an empty picture."""
    trial = np.zeros((batch, len(frame.offset), *frame.size), np.float32)
    try:
        rows: NDArray[np.float32] = run(trial)
    # Somebody else's network can fail in any way.
    except Exception as error:
        reason = str(error).strip().partition("\n")[0][:160]
        what = f"does not take input of shape {trial.shape} ({reason})"
        raise DiptychError.of(str(path), what, "correct the frame") from None
    if rows.ndim != 2 or len(rows) != batch or not rows.shape[1]:
        what = f"gives features of shape {rows.shape}, not (images, features)"
        raise DiptychError.of(str(path), what, "export the network with pooled features")
    return int(rows.shape[1])


def _card(path: Path, kind: str, sha256: str, frame: Frame, width: int) -> ExtractorCard:
    return ExtractorCard(
        name=f"{kind}:{sha256[:12].lower()}",
        summary=f"the network in {path.name}",
        licence="the user's to know",
        features=width,
        sha256=sha256.lower(),
        preprocessing=str(frame),
        blind_to="not known to Diptych: ask who trained it",
    )
