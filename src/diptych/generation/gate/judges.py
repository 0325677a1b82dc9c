"""What masks and findings are held against: judges that know nothing but training rows."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.downstream.classifier import Classifier
from diptych.downstream.recipes import layer_segmenter
from diptych.downstream.segmenter import Segmenter, train_segmenter
from diptych.downstream.store import load_classifier, load_judge, load_segmenter, read_about, save_judge
from diptych.records.cohort import Cohort
from diptych.training.checkpoint import PACKAGED

Origin = Literal["packaged", "given", "trained here"]


@dataclass(frozen=True, kw_only=True)
class JudgeFacts:
    """What `gate.json` says of a judge."""

    origin: Origin
    sha256: str
    """Of its weights."""
    cohort: str
    """Fingerprint of the cohort whose training rows it learned from; empty where it does not say."""
    same_cohort: bool
    """Whether that is the gate's own cohort: then it has seen no held-out image."""
    seed: int
    """Of its training; it says which of the training rows the judge did not learn from."""


def segmenter_for(
    cohort: Cohort, own: str, layer: str, given: Path | None, spare: Path
) -> tuple[Segmenter, JudgeFacts]:
    """The judge in the folder `given`, else the packaged one, if it is honest, else one trained on `cohort`.

    `own` is the fingerprint of `cohort`. A judge that is trained learns from the cohort's split `train` only,
    and is kept in `given`, or else in `spare`, where the next call finds it. Raises `DiptychError` for a
    judge of another body region or layer.
    """
    packaged = PACKAGED / "judges" / layer
    if given is None and _cohort_of(packaged) == own:
        return load_segmenter(packaged), facts(packaged, "packaged", own)
    folder = given or spare
    origin: Origin = "given" if is_used(folder) else "trained here"
    if origin == "trained here":
        _train(cohort, layer, folder, own)
    check_judge(folder, cohort.body, layer)
    found = facts(folder, origin, own)
    if not found.same_cohort and given is None:
        remedy = "remove it, or name it with --judge"
        raise DiptychError.of(str(folder), f"is a judge that did not learn from {cohort.path}", remedy)
    if not found.same_cohort:
        said = f"{folder} does not say that it learned from training rows of {cohort.path} only"
        print(f"diptych: note: {said}", file=sys.stderr)
    return load_segmenter(folder), found


def classifier_for(own: str, body: str, given: Path | None) -> tuple[Classifier | None, JudgeFacts | None]:
    """The classifier in the folder `given`, else a packaged one that learned from `own`, if there is one."""
    if given is not None:
        return load_classifier(given), facts(given, "given", own)
    for folder in sorted((PACKAGED / "judges").iterdir()):
        judge = load_judge(folder) if _cohort_of(folder) == own else None
        if isinstance(judge, Classifier) and judge.config.body == body:
            return judge, facts(folder, "packaged", own)
    return None, None


def is_used(folder: Path) -> bool:
    """Whether there is anything in the folder."""
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def check_judge(folder: Path, body: str, layer: str) -> None:
    """Raise `DiptychError` unless the folder holds a judge of this layer."""
    config = load_segmenter(folder).config
    if (config.body, config.layer) != (body, layer):
        what = f"judges {config.layer} of {config.body} radiographs"
        raise DiptychError.of(f"--judge {folder}", what, f"give a judge of {layer}, or a new folder")


def facts(folder: Path, origin: Origin, own: str) -> JudgeFacts:
    """What is known of the judge in a folder; `own` is the fingerprint of the gate's cohort."""
    about = read_about(folder)
    learned, seed = str(about.get("cohort", "")), about.get("fit", {}).get("seed", 0)
    digest = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    return JudgeFacts(origin=origin, sha256=digest, cohort=learned, same_cohort=learned == own, seed=seed)


def _cohort_of(folder: Path) -> str:
    return str(read_about(folder).get("cohort", "")) if folder.is_dir() else ""


def _train(cohort: Cohort, layer: str, folder: Path, fingerprint: str) -> None:
    """Train by the recipe of the layer and write the folder."""
    config, fit_config = layer_segmenter(cohort.body, layer)
    rows = len(cohort.select(split="train"))
    said = f"training a judge of {layer} on {rows} training rows of {cohort.path}; it is kept in {folder}"
    print(f"diptych: {said}", file=sys.stderr)
    judge, result = train_segmenter(cohort, config, fit_config)
    about: dict[str, Any] = {"cohort": fingerprint, "fit": encode(fit_config), "result": encode(result)}
    save_judge(judge, folder, about)
