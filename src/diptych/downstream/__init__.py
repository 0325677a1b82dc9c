"""Downstream tasks: what a cohort teaches a learner, and how well it does on real images.

Names are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.downstream.encoder_config import EncoderConfig as EncoderConfig
    from diptych.downstream.encoders import ENCODERS as ENCODERS
    from diptych.downstream.examples import Examples as Examples
    from diptych.downstream.examples import load_examples as load_examples
    from diptych.downstream.learners import LEARNERS as LEARNERS
    from diptych.downstream.learning import LearnConfig as LearnConfig
    from diptych.downstream.learning import Learned as Learned
    from diptych.downstream.learning import learn as learn
    from diptych.downstream.stretches import Stretch as Stretch
    from diptych.downstream.tasks import TASKS as TASKS
    from diptych.downstream.tasks import Task as Task
    from diptych.downstream.tasks import find_task as find_task
    from diptych.downstream.testing import Scores as Scores
    from diptych.downstream.testing import test as test

_HOMES = {
    "encoder_config": ("EncoderConfig",),
    "encoders": ("ENCODERS",),
    "examples": ("Examples", "load_examples"),
    "learners": ("LEARNERS",),
    "learning": ("LearnConfig", "Learned", "learn"),
    "stretches": ("Stretch",),
    "tasks": ("TASKS", "Task", "find_task"),
    "testing": ("Scores", "test"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__getattr__, __dir__ = lazy(__name__, _HOME)
