"""Codes of a cohort's own beside those that generators know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diptych.base.errors import Problems
from diptych.records.cohort import Cohort
from diptych.records.labels import LABELS, Label
from diptych.records.reading import FIXED


def check_codes(cohort: Cohort, layers: Iterable[str], who: str, does: str) -> None:
    """Raise one `DiptychError`, a line a code, where a code of a layer means something else by the standard.

    `who` and `does` say who goes by the standard: `panoramic-gan`, `paints`.
    """
    problems = Problems()
    for layer, label in _free(cohort, layers):
        ours = _names(cohort, layer).get(label.code, label.name)
        if ours != label.name:
            what = f"code {label.code} is {label.name!r}, and {who} {does} {ours}"
            remedy = "leave the layer out, or write it in the codes of docs/reference/cohort.md"
            problems.add(f"{cohort.path}, layer {layer}", what, remedy)
    problems.raise_any()


def unheard(cohort: Cohort, layers: Iterable[str]) -> list[str]:
    """The cohort's own structures whose codes the standard does not have, as `cyst (findings 40)`."""
    return [
        f"{label.name} ({layer} {label.code})"
        for layer, label in _free(cohort, layers)
        if label.code not in _names(cohort, layer)
    ]


def _free(cohort: Cohort, layers: Iterable[str]) -> Iterator[tuple[str, Label]]:
    """The labels of the layers in which cohorts may have codes of their own."""
    for layer in layers:
        if layer in cohort.layers and layer not in FIXED:
            yield from ((layer, label) for label in cohort.spaces[layer].labels)


def _names(cohort: Cohort, layer: str) -> dict[int, str]:
    return {label.code: label.name for label in LABELS[cohort.body, layer].labels}
