"""The copy audit of a checkpoint: draw from it what it was taught, and look for copies."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.evaluation.audit import Audit, audit
from diptych.evaluation.stacks import heldout_part, training_part
from diptych.generation import generate
from diptych.records.cohort import Cohort


def audit_checkpoint(checkpoint: str, train: Path, heldout: Path, count: int = 256, seed: int = 0) -> Audit:
    """Draw `count` samples for sentences of the training images and search the images for each.

    The very sentences of the training images are asked for, in random order, since they tempt a model
    to copy most. Of cohorts with splits, `train` is read from `train` and `val` (or `test`) from
    `heldout`, so that both may be one folder. Raises `DiptychError` when no training image has a
    sentence, or as `generate` and `audit` do.
    """
    learned, fresh = training_part(Cohort.open(train)), heldout_part(Cohort.open(heldout))
    sentences = [record.text for record in learned.records if record.text]
    if not sentences:
        raise DiptychError.of(
            str(train), "none of its images has a sentence", "import it with findings or text"
        )
    random.Random(seed).shuffle(sentences)
    with tempfile.TemporaryDirectory() as scratch:
        made = generate(
            checkpoint=checkpoint,
            prompts=tuple(sentences[:count]),
            count=count,
            seed=seed,
            batch_size=8,
            out=Path(scratch) / "drawn",
        )
        return audit(made, learned, fresh)
