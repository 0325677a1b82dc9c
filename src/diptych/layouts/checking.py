"""Whether an image may be made of a layout: refused with every reason, and with what helps."""

from __future__ import annotations

from diptych.base.errors import DiptychError, Problems
from diptych.layouts.examining import validity
from diptych.layouts.layout import MAIN, Layout
from diptych.layouts.repairing import repair
from diptych.phantoms.dental_cases import check_case
from diptych.records.labels import LABELS
from diptych.records.vocabulary import check_finding
from diptych.records.writing import check_mask


def check(layout: Layout, *, size: tuple[int, int] | None = None) -> None:
    """Raise one `DiptychError` with every reason why no image should be made of this layout.

    Unknown codes, layers of different sizes or of another size than (H, W) = `size`, a missing layer of
    teeth or lungs, findings that are unknown or contradict each other, and every fault that `validity` finds.
    """
    problems, main = Problems(), MAIN[layout.body]
    if main not in layout.layers:
        raise DiptychError.of("layout", f"has no layer {main}", "give a label map of it")
    for name, mask in layout.layers.items():
        with problems.collect():
            wanted = size or layout.layers[main].shape
            check_mask(mask, LABELS.get((layout.body, name)), wanted, f"layout, layer {name}")
    for finding in layout.findings:
        with problems.collect():
            check_finding(layout.body, finding, "layout, finding")
    problems.raise_any()
    if layout.body == "panoramic":
        check_case(layout.findings)
    _check_lawful(layout)


def _check_lawful(layout: Layout) -> None:
    """Raise `DiptychError` with every fault, and whether a repair mends it: it is tried, not guessed."""
    problems, faults = Problems(), validity(layout).faults
    lasting = validity(repair(layout)).faults if faults else ()
    for fault in faults:
        remedy = "correct the label map, or repair it (generate --repair)"
        if fault in lasting:
            remedy = "correct the label map or its findings, a repair does not mend it"
        problems.add("layout", fault, remedy)
    problems.raise_any()
