"""Three scores of an entry, each open: a score is the share of its items that the material reports.

They say how well something is documented, not how good its images are. No score looks at the value of a
metric: features and sample sizes differ from paper to paper, so that a ranking by FID would say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from diptych.catalogue.entry import Entry
from diptych.catalogue.vocabulary import AXES

NOT_REPORTED = "not reported in the material seen"


@dataclass(frozen=True)
class Item:
    """One thing that a score asks for: whether it is reported, and what is known."""

    name: str
    met: bool
    known: str


@dataclass(frozen=True)
class Score:
    """A share of items, 0 to 1, and the items themselves."""

    name: str
    items: tuple[Item, ...]

    @property
    def met(self) -> int:
        """How many items are met."""
        return sum(item.met for item in self.items)

    @property
    def value(self) -> float:
        """The share of items that are met, 0 to 1."""
        return self.met / len(self.items)

    def lines(self) -> list[str]:
        """The score, and under it each item."""
        marks = {True: "+", False: "-"}
        head = f"{self.name}: {self.met} of {len(self.items)}"
        return [head, *(f"  {marks[item.met]} {item.name}: {item.known}" for item in self.items)]


def completeness(entry: Entry) -> Score:
    """How much of what a user needs to know is told: the 15 fields of the review's protocol."""
    return _score("completeness", _COMPLETENESS, entry)


def reproducibility(entry: Entry) -> Score:
    """Whether the images could be made again: code, weights, seeds, training data, licence.

    A simulator counts as code, and, if nothing was learned, as weights; so does a generator without real data
    for training data.
    """
    return _score("reproducibility", _REPRODUCIBILITY, entry)


def coverage(entry: Entry) -> Score:
    """On how many of the eight axes of evaluation something is reported."""
    told = _axis_evidence(entry)
    items = tuple(Item(axis, bool(told[axis]), told[axis] or NOT_REPORTED) for axis in AXES)
    return Score("evaluation coverage", items)


def scores(entry: Entry) -> tuple[Score, Score, Score]:
    """Completeness, reproducibility and evaluation coverage."""
    return completeness(entry), reproducibility(entry), coverage(entry)


Tell = Callable[[Entry], object]
"""What an entry says about an item; None, False and nothing at all are not reported."""


def _score(name: str, items: Mapping[str, Tell], entry: Entry) -> Score:
    return Score(name, tuple(_item(item, tell(entry)) for item, tell in items.items()))


def _item(name: str, told: object) -> Item:
    if told is None or told is False or told == "":
        return Item(name, False, NOT_REPORTED)
    if isinstance(told, tuple):
        return Item(name, True, ", ".join(map(str, told)) or "none")
    return Item(name, True, "yes" if told is True else str(told))


def _valued_metric(entry: Entry) -> str | None:
    metrics = entry.evaluation.metrics or ()
    return ", ".join(metric.name for metric in metrics if metric.value is not None) or None


def _training_data(entry: Entry) -> object:
    """The names of the data; a simulator that needs none has said so by its size."""
    training = entry.training
    return training.data or (training.data == () and (training.size or "none")) or None


def _code(entry: Entry) -> str | None:
    parts = [part for part in entry.release.parts or () if part in ("code", "simulator")]
    return entry.release.code_url or ", ".join(parts) or None


def _weights(entry: Entry) -> object:
    if entry.generator.families == ("procedural",):
        return "nothing was learned" if _code(entry) else None
    return entry.release.weights


def _paper_or_address(entry: Entry) -> str | None:
    paper, release = entry.paper, entry.release
    return (paper.dois or (None,))[0] or release.url or paper.url


_COMPLETENESS: Mapping[str, Tell] = {
    "number of samples": lambda entry: entry.size.n,
    "resolution": lambda entry: entry.resolution,
    "licence": lambda entry: entry.licence.words,
    "training data": _training_data,
    "size of the real data": lambda entry: entry.training.size,
    "conditioning": lambda entry: entry.conditioning,
    "labels": lambda entry: entry.labels,
    "generator": lambda entry: entry.generator.model or entry.generator.families,
    "a metric with its value": _valued_metric,
    "human evaluation": lambda entry: entry.evaluation.readers and (entry.evaluation.readers.result or True),
    "privacy": lambda entry: entry.evaluation.privacy and entry.evaluation.privacy.method,
    "utility": lambda entry: entry.evaluation.utility and (entry.evaluation.utility.task or True),
    "code": _code,
    "weights": lambda entry: entry.release.weights,
    "DOI or address": _paper_or_address,
}
"""What completeness asks for."""

_REPRODUCIBILITY: Mapping[str, Tell] = {
    "code": _code,
    "weights": _weights,
    "seeds": lambda entry: entry.generator.seeds_published,
    "training data": _training_data,
    "licence": lambda entry: entry.licence.words,
}
"""What reproducibility asks for."""


def _axis_evidence(entry: Entry) -> Mapping[str, str]:
    """What is reported on each axis, in words; empty where nothing is."""
    evaluation = entry.evaluation
    told = {axis: [m.name for m in evaluation.metrics or () if axis in m.axes] for axis in AXES}
    if evaluation.readers:
        told["plausibility"].append(evaluation.readers.result or "human readers")
    if evaluation.privacy:
        told["privacy"].append(evaluation.privacy.method)
    if evaluation.utility:
        told["utility"].append(evaluation.utility.task or "a downstream task")
    told["fairness"] += [evaluation.fairness] if evaluation.fairness else []
    told["cost"] += [evaluation.cost] if evaluation.cost else []
    return {axis: ", ".join(words) for axis, words in told.items()}
