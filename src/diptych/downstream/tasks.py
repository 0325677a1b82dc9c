"""What can be learned from a cohort: a registry of downstream tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from diptych.base.errors import DiptychError
from diptych.base.registry import Card, Registry
from diptych.prompts.laterality import mirror_site, mirror_tooth
from diptych.records.cohort import Cohort
from diptych.records.labels import FDI, LabelSpace
from diptych.records.sample import Body

Kind = Literal["segmentation", "classification"]

RARE = 20.0
"""Weight of lesions' pixels: with 1, a U-Net gave no lesion after 600 steps on 30 images."""

SEGMENTATION_METRICS = ("dice", "iou", "nsd", "hd95")
CLASSIFICATION_METRICS = ("brier",)
"""Beside probabilities and truth, of which metrics of rankings are made."""

PANORAMIC: Mapping[Body, tuple[int, int]] = {"panoramic": (64, 128)}
CHEST: Mapping[Body, tuple[int, int]] = {"chest": (128, 128)}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to learn, and how it is scored.

    Classes are mask codes for a segmentation, and for a classification the labels of an image: names of
    findings, or with a `layer` the codes that its mask shows.
    """

    name: str
    kind: Kind
    sizes: Mapping[Body, tuple[int, int]]
    """The body regions that it is for, with the (H, W) that images are stretched to unless told otherwise."""
    layer: str = ""
    """The mask layer that holds the truth; empty where findings hold it."""
    codes: tuple[int, ...] = ()
    """The codes of `layer` that count; empty for all that the cohort's label space has."""
    findings: tuple[str, ...] = ()
    """Names of findings, at whatever site."""
    weight: float = 1.0
    """How many times a pixel with a code counts in training; above 1 where codes fill few pixels."""
    partial: bool = False
    """Whether cohorts label some of the codes only, as one of caries has no fillings: then what the truth of
    no row shows is not known to be absent, and does not count."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The scores that a test gives, image by image."""
        return SEGMENTATION_METRICS if self.kind == "segmentation" else CLASSIFICATION_METRICS

    @property
    def validation(self) -> str:
        """By what the best weights are told, in words; higher is better."""
        return "mean Dice" if self.kind == "segmentation" else "1 - mean Brier score"

    def size(self, body: Body) -> tuple[int, int]:
        """The default (H, W). Raises `DiptychError` for a body region that the task is not for."""
        if body not in self.sizes:
            what = f"holds {body} images, and the task {self.name} is for {' and '.join(self.sizes)} ones"
            raise DiptychError.of("--cohort", what, "choose another task or cohort")
        return self.sizes[body]

    def classes(self, cohort: Cohort) -> Classes:
        """The classes as they are in a cohort, whose label space may be its own."""
        self.size(cohort.body)
        if not self.layer:
            return Classes(names=self.findings)
        if self.layer == "teeth":
            names = tuple(str(code) for code in self.codes)
            twins = tuple(mirror_tooth(code) for code in self.codes)
            return Classes(names=names, codes=self.codes, twins=twins)
        return _space_classes(cohort.spaces[self.layer], mirrored=cohort.body == "panoramic")


@dataclass(frozen=True, kw_only=True)
class Classes:
    """The classes of a task in one cohort, all in one order."""

    names: tuple[str, ...]
    """As scores name them: `36`, `right lung`, `pneumonia`."""
    codes: tuple[int, ...] = ()
    """In the mask; empty where findings are learned."""
    twins: tuple[int, ...] = ()
    """What each code becomes in the mirror. Empty for chests: a heart on the right is another patient."""


TASKS: Registry[Callable[[], Task], Card] = Registry("tasks")
"""By name; an entry returns its task."""


def find_task(task: Task | str) -> Task:
    """The task of that name. Raises `DiptychError` for an unknown one."""
    return TASKS[task]() if isinstance(task, str) else task


@TASKS.register(Card(name="teeth", summary="32 permanent teeth by FDI number, in the layer teeth"))
def teeth() -> Task:
    """Full-mouth segmentation. Dice over all teeth together would hide wrong numbers: it is averaged."""
    return Task(name="teeth", kind="segmentation", sizes=PANORAMIC, layer="teeth", codes=FDI)


@TASKS.register(Card(name="lungs", summary="right and left lung, in the layer lungs"))
def lungs() -> Task:
    """Lung segmentation."""
    return Task(name="lungs", kind="segmentation", sizes=CHEST, layer="lungs")


@TASKS.register(Card(name="findings", summary="abnormalities, in the layer findings"))
def findings() -> Task:
    """Abnormality segmentation, of panoramic or chest radiographs."""
    sizes: Mapping[Body, tuple[int, int]] = {**PANORAMIC, **CHEST}
    return Task(
        name="findings", kind="segmentation", sizes=sizes, layer="findings", weight=RARE, partial=True
    )


@TASKS.register(Card(name="presence", summary="which of 32 teeth an image shows, by its mask of teeth"))
def presence() -> Task:
    """Presence of each tooth as multi-label classification; the mask is seen in training only."""
    return Task(name="presence", kind="classification", sizes=PANORAMIC, layer="teeth", codes=FDI)


@TASKS.register(
    Card(name="dental-findings", summary="missing teeth, restorations, appliances, implants of an image")
)
def dental_findings() -> Task:
    """Findings of the whole panoramic image, wherever they are."""
    names = ("missing", "restoration", "appliance", "implant")
    return Task(name="dental-findings", kind="classification", sizes=PANORAMIC, findings=names)


@TASKS.register(Card(name="pneumonia", summary="whether a chest radiograph shows pneumonia"))
def pneumonia() -> Task:
    """One label. Cohorts must not be mixed for it: source and age would give it away."""
    return Task(name="pneumonia", kind="classification", sizes=CHEST, findings=("pneumonia",))


def _space_classes(space: LabelSpace, *, mirrored: bool) -> Classes:
    names = tuple(label.name for label in space.labels)
    twins = tuple(_twin(space, name) for name in names) if mirrored else ()
    return Classes(names=names, codes=space.codes, twins=twins)


def _twin(space: LabelSpace, name: str) -> int:
    """The code of the other side's label; its own where a cohort's space has no other side."""
    codes = {label.name: label.code for label in space.labels}
    return codes.get(mirror_site(name), codes[name])
