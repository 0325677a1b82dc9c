"""How the learners of a study learn, as the room of learners wants it told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diptych.base.errors import Problems
from diptych.downstream import LearnConfig, Task
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.learners import FROZEN, Wanted, network
from diptych.studies.design import Study, within_file


def learn_config(study: Study, learner: str, seed: int) -> LearnConfig:
    """The training of one learner; the same in all arms."""
    learning = study.learning
    return LearnConfig(
        size=learning.size,
        steps=learning.steps,
        batch=learning.batch,
        rate=learning.rate,
        check_every=learning.check_every,
        patience=learning.patience,
        seed=seed,
        encoder=_encoder(study) if learner == FROZEN else None,
    )


def check_learning(study: Study, task: Task, problems: Problems) -> None:
    """Note numbers out of range, learners that cannot be built for the task, an encoder that is not there."""
    numbers = Problems()
    learn_config(study, "", 0).check(numbers)
    with problems.collect(), within_file("learning"):
        numbers.raise_any()
    if study.encoder and FROZEN not in study.learners:
        problems.add("encoder", "is of no learner", f"add {FROZEN} to learners, or leave it out")
    for learner in study.learners:
        if learner == FROZEN and not study.encoder:
            remedy = "add a table [encoder] with kind, path and sha256"
            problems.add(f"learner {FROZEN}", "needs the weights of an encoder", remedy)
            continue
        with problems.collect():
            encoder = learn_config(study, learner, 0).encoder
            network(learner, Wanted(kind=task.kind, outputs=1, encoder=encoder))


def _encoder(study: Study) -> EncoderConfig | None:
    """The encoder of a study file; its path holds from any folder."""
    given = study.encoder
    return replace(given, path=str(Path(given.path).resolve())) if given else None
