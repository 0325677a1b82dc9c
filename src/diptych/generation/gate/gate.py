"""The gate itself: opened once for a checkpoint, it scores what is drawn and says what may pass."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from diptych.base.config import decode
from diptych.base.errors import DiptychError, Problems
from diptych.base.progress import track
from diptych.downstream.arrays import to_bytes
from diptych.downstream.segmenter import folds
from diptych.downstream.store import load_classifier
from diptych.evaluation.stacks import image_stack
from diptych.generation.drawn import Drawn
from diptych.generation.gate.judges import JudgeFacts, check_judge, classifier_for, is_used, segmenter_for
from diptych.generation.gate.nearness import Nearness
from diptych.generation.gate.request import GateRequest
from diptych.generation.gate.scoring import Scorer
from diptych.generation.gate.tally import GateFacts, Tally
from diptych.models.families import ModelConfig
from diptych.records.cohort import Cohort
from diptych.records.gate import GateConfig, GateScores
from diptych.records.pixels import stretch_mask
from diptych.records.splits import subject_of
from diptych.training.checkpoint import Checkpoint


class Gate:
    """Scores samples and counts those that pass."""

    def __init__(self, scorer: Scorer, tally: Tally) -> None:
        self.scorer, self.tally = scorer, tally

    def judged(self, drawn: Iterable[Drawn]) -> Iterator[tuple[Drawn, GateScores, bool]]:
        """Every sample with its scores and whether it passes, in order."""
        for sample, scores in self.scorer(drawn):
            yield sample, scores, self.tally.enter(sample, scores)


def open_gate(request: GateRequest, checkpoint: Checkpoint, out: Path) -> Gate:
    """Read, calibrate and perhaps train what the gate needs; `out` is the cohort that is to be made.

    A judge for which no folder is given is kept beside it, as `OUT-judge`. Raises one `DiptychError`, before
    any work, for a cohort of another body region, without training rows or without the layer's masks, and for
    a judge or a classifier that does not fit.
    """
    config, cohort = checkpoint.model.config, Cohort.open(request.train)
    _check(request, cohort, config)
    train, own = cohort.select(split="train"), cohort.fingerprint()
    classifier, classifier_facts = classifier_for(own, config.body, request.classifier)
    spare = out.with_name(f"{out.name}-judge")
    judge, judge_facts = segmenter_for(cohort, own, config.layer, request.judge, spare)
    scorer = Scorer(judge=judge, classifier=classifier, nearness=None)
    real = [scores for _, scores in scorer(_real(cohort, checkpoint, judge_facts))]
    nearness = Nearness(image_stack(train), tuple(subject_of(record) for record in train.records))
    strict = request.config or config_of(checkpoint)
    tally = Tally(
        facts=GateFacts(
            thresholds=strict.thresholds(real),
            config=strict,
            real_images=len(real),
            only_score=request.only_score,
            train=own,
            same_training=_learned_from(checkpoint, request.train, own),
            train_images=len(train),
            copy_distance=round(nearness.threshold, 4),
            judge=judge_facts,
            classifier=classifier_facts,
        )
    )
    return Gate(replace(scorer, nearness=nearness), tally)


def _learned_from(checkpoint: Checkpoint, train: Path, fingerprint: str) -> bool:
    """Whether the checkpoint learned from the cohort of this fingerprint; says so if it does not."""
    same = bool(checkpoint.about.get("data", {}).get("fingerprint", "") == fingerprint)
    if not same:
        what = f"does not say that it learned from {train}: copies of other images are not found"
        print(f"diptych: note: {checkpoint.name} {what}", file=sys.stderr)
    return same


def config_of(checkpoint: Checkpoint) -> GateConfig:
    """How strict the checkpoint's recipe wants the gate; that of one that says nothing is as others are."""
    told = checkpoint.about.get("gate")
    where = f"{checkpoint.folder / 'config.json'}, field gate"
    return GateConfig() if told is None else decode(GateConfig, told, where)


def _real(cohort: Cohort, checkpoint: Checkpoint, judge: JudgeFacts) -> Iterator[Drawn]:
    """Training rows that the judge did not learn from, as if they were drawn; all, where it does not say."""
    config = checkpoint.model.config
    layer, size = config.layer, config.size
    if judge.same_cohort:
        rows = folds(cohort, layer, judge.seed)[1]
    else:
        train = cohort.select(split="train")
        rows = train.select(ids=[record.id for record in train.records if layer in record.layers])
    for sample in track(rows, "calibrating the gate", len(rows)):
        yield Drawn(
            seed=-1,
            image=to_bytes(sample.image, size),
            masks={layer: stretch_mask(sample.masks[layer], size)},
            text=sample.record.text,
            findings=sample.record.findings,
            groups=sample.record.groups,
        )


def _check(request: GateRequest, cohort: Cohort, config: ModelConfig) -> None:
    """Raise one `DiptychError` with all that does not fit what the checkpoint draws."""
    problems, where = Problems(), f"--gate {cohort.path}"
    train = [record for record in cohort.records if record.split == "train"]
    if cohort.body != config.body:
        what = f"holds {cohort.body} radiographs, and {config.body} radiographs are drawn"
        problems.add(where, what, "give the cohort that the checkpoint learned from")
    elif not train:
        problems.add(where, "has no rows of split train", f"it has {', '.join(cohort.splits)}")
    elif not any(config.layer in record.layers for record in train):
        what = f"has no masks of {config.layer} in its training rows"
        problems.add(where, what, "give a cohort with such masks")
    if request.judge is not None and is_used(request.judge):
        with problems.collect():
            check_judge(request.judge, config.body, config.layer)
    if request.classifier is not None:
        with problems.collect():
            _check_classifier(request.classifier, config.body)
    problems.raise_any()


def _check_classifier(folder: Path, body: str) -> None:
    own = load_classifier(folder).config.body
    if own != body:
        what = f"judges {own} radiographs"
        raise DiptychError.of(f"--classifier {folder}", what, f"give a classifier of {body} radiographs")
