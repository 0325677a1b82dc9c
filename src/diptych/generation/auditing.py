"""Auditing a checkpoint: does it give back its training images?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from diptych.base.errors import Problems
from diptych.base.progress import track
from diptych.evaluation.audit import Audit, audit
from diptych.generation.drawing import Order, draw
from diptych.generation.request import Request, read_requests
from diptych.prompts.grammar import render
from diptych.records.cohort import Cohort
from diptych.training import checkpoint as checkpoints
from diptych.training.checkpoint import Checkpoint


def audit_checkpoint(name: str, train: Path, heldout: Path, count: int, seed: int) -> Audit:
    """Draw `count` samples for the sentences of training images and search them among those.

    Asking for what was seen in training is the question that is likeliest to bring a copy
    to light. Of cohorts with splits, the train part and the val and test parts are taken.
    """
    checkpoint = checkpoints.load(name)
    known, fresh = Cohort.open(train).select(split="train"), _heldout(Cohort.open(heldout))
    _check(checkpoint, known, fresh)
    chosen = np.random.default_rng(seed).integers(0, len(known.records), count)
    sentences = [render(known.body, known.records[i].findings, {}) for i in chosen]
    requests: dict[str, Request] = {
        r.text: r for r in read_requests(tuple(dict.fromkeys(sentences)), checkpoint)
    }
    orders = [Order(requests[text], seed + i) for i, text in enumerate(sentences)]
    drawn = [image for _, image, _ in track(draw(checkpoint.pair, orders), "drawing", count)]
    return audit(np.stack(drawn), known, fresh)


def _check(checkpoint: Checkpoint, known: Cohort, fresh: Cohort) -> None:
    """Raise `DiptychError`, before anything is drawn, for cohorts that do not fit the checkpoint."""
    problems, body = Problems(), checkpoint.model.config.body
    for cohort in dict.fromkeys((known, fresh)):
        if cohort.body != body:
            what = f"holds {cohort.body} radiographs, and {checkpoint.name} draws {body} radiographs"
            problems.add(str(cohort.path), what, "choose another cohort or checkpoint")
    if known.path.resolve() == fresh.path.resolve() and all(r.split == "train" for r in fresh.records):
        remedy = "give --heldout images that it never saw, or import with --val"
        problems.add(str(fresh.path), "has no val or test part to hold the samples against", remedy)
    problems.raise_any()


def _heldout(cohort: Cohort) -> Cohort:
    others = [record.id for record in cohort.records if record.split != "train"]
    return cohort.select(ids=others) if others else cohort
