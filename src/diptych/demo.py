"""The demo: written sentences become pairs, are laid beside real ones, measured, and shown in one page."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.atomic import new_folder
from diptych.records.cohort import Cohort
from diptych.records.sample import Sample
from diptych.reports import (
    Block,
    Colours,
    Command,
    Facts,
    Figure,
    Figures,
    Legend,
    Measure,
    Measures,
    Notice,
    Panel,
    Prose,
    Report,
    Section,
    Table,
    overlay,
    radiograph,
    write_report,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from diptych.metrics.estimate import Estimate

    Judge = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

COUNT = 16
"""Synthetic samples of each body region: every sentence twice."""
GLANCES = 2
"""Couples of a synthetic and a real image at the head of the page, a body region."""
HOME = files("diptych")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is shown of one body region."""

    body: str
    title: str
    checkpoint: str
    judge: str
    layer: str
    prompts: tuple[str, ...]
    columns: int
    intro: str


SCENES = (
    Scene(
        body="panoramic",
        title="Panoramic radiographs",
        checkpoint="panoramic-nano",
        judge="judges/teeth",
        layer="teeth",
        prompts=(
            "Panoramic radiograph, teeth 18, 28, 38 and 48 missing, restorations.",
            "Panoramic radiograph with a full set of 32 teeth.",
            "Panoramic radiograph, teeth 36 and 46 missing.",
            "Panoramic radiograph, full set of 32 teeth, orthodontic appliance.",
            "Panoramic radiograph, teeth 16, 26, 36 and 46 missing, restorations.",
            "Panoramic radiograph, all third molars missing, appliance.",
            "Panoramic radiograph, edentulous upper jaw.",
            "Panoramic radiograph, teeth 14, 15, 24, 25, 36 and 46 missing, implants.",
        ),
        columns=2,
        intro="Each row is one sentence, drawn twice with different seeds. On the left the radiograph, on "
        "the right the same image with its mask laid over it, one colour a tooth. The patient's right is on "
        "the left. A tooth that the sentence does not call missing should be there.",
    ),
    Scene(
        body="chest",
        title="Chest radiographs",
        checkpoint="chest-nano",
        judge="judges/lungs",
        layer="lungs",
        prompts=(
            "AP chest radiograph of a child, normal.",
            "AP chest radiograph of a child, pneumonia.",
        ),
        columns=4,
        intro="Each sentence eight times, with different seeds. On the left the radiograph, on the right the "
        "same image with its mask: the patient's right lung red, the left blue.",
    ),
)

NOTICE = Notice(
    title="For research only.",
    text="Images marked synthetic were made by a model and show no patient. They are small (128 pixels high) "
    "and carry errors that a reader cannot see: never use them for diagnosis or treatment, to teach the "
    "reading of radiographs, or to train anything without checking it on real images. Every synthetic file "
    "says in its own metadata that it is one.",
)


def write_demo(out: Path) -> Path:
    """Make the demo's folder and return its report.

    Writes OUT/report.html, the synthetic cohorts OUT/panoramic and OUT/chest, and apart from them the
    packaged real ones in OUT/real. Raises `DiptychError` when OUT exists and is not empty.
    """
    start = time.monotonic()
    with new_folder(out) as part:
        shows = [make_show(scene, part) for scene in SCENES]
        write_report(compose(shows, time.monotonic() - start), part / "report.html")
    print(f"The report is {out / 'report.html'}")
    return out / "report.html"


@dataclass(frozen=True, kw_only=True)
class Show:
    """A scene with its cohorts and the judge that looks at them."""

    scene: Scene
    synthetic: Cohort
    real: Cohort
    judge: Judge
    seconds: float

    @cached_property
    def colours(self) -> Colours:
        """The colours of the layer that is shown."""
        return {label.code: label.colour for label in self.synthetic.spaces[self.scene.layer].labels}


def make_show(scene: Scene, out: Path) -> Show:
    """Draw a scene's pairs into `out` and lay the packaged real ones beside them."""
    from diptych.downstream.store import load_segmenter
    from diptych.generation import generate

    start = time.monotonic()
    made = generate(
        checkpoint=scene.checkpoint,
        prompts=scene.prompts,
        count=COUNT,
        seed=1,
        batch_size=8,
        out=out / scene.body,
    )
    seconds = time.monotonic() - start
    shutil.copytree(Path(str(HOME / "samples" / scene.body)), out / "real" / scene.body)
    return Show(
        scene=scene,
        synthetic=made,
        real=Cohort.open(out / "real" / scene.body),
        judge=load_segmenter(Path(str(HOME / "weights" / scene.judge))),
        seconds=seconds,
    )


def compose(shows: list[Show], seconds: float) -> Report:
    """The page about all scenes."""
    return Report(
        title="A sentence becomes a radiograph and its mask",
        subtitle="Pairs drawn by the packaged checkpoints from written sentences, beside real radiographs, "
        "with what was measured on them.",
        facts=_facts(shows, seconds),
        notice=NOTICE,
        sections=(
            _glance(shows),
            *(_gallery(show) for show in shows),
            _numbers(shows),
            _again(shows),
            _credits(shows),
        ),
        colophon=f"Written by {_software()}. Apache-2.0. This page needs no network.",
    )


def _software() -> str:
    from diptych import __version__

    return f"diptych {__version__}"


def _facts(shows: list[Show], seconds: float) -> Facts:
    rows = [("Software", _software())]
    for show in shows:
        rows.append(
            (f"{show.scene.body.capitalize()} drawn by", show.synthetic.records[0].provenance.generator)
        )
        rows.append((f"{len(show.synthetic)} {show.scene.body} pairs", f"{show.seconds:.0f} s"))
    return Facts(rows=(*rows, ("Everything on this page", f"{seconds:.0f} s")))


def _glance(shows: list[Show]) -> Section:
    """Synthetic and real side by side, where a packaged real image shows just what a sentence asks for."""
    words = "The same findings, drawn by the model and seen in a patient, at the same size:"
    blocks: list[Block] = [Prose(words)]
    for show in shows:
        figures = [_figure(show, sample) for couple in _couples(show)[:GLANCES] for sample in couple]
        blocks.append(Figures(figures=tuple(figures), columns=show.scene.columns))
    return Section(key="glance", title="At a glance", blocks=tuple(blocks))


def _couples(show: Show) -> list[tuple[Sample, Sample]]:
    """A synthetic and a real sample with the same findings, each used once."""
    couples, left = [], list(show.synthetic.records)
    for real in show.real.records:
        like = next((record for record in left if set(record.findings) == set(real.findings)), None)
        if like is not None:
            left = [record for record in left if record.provenance.request != like.provenance.request]
            couples.append((show.synthetic.load(like), show.real.load(real)))
    return couples


def _gallery(show: Show) -> Section:
    scene, kinds = show.scene, len(show.scene.prompts)
    order = [index + turn for index in range(kinds) for turn in range(0, COUNT, kinds)]
    drawn = tuple(_figure(show, show.synthetic.load(index)) for index in order)
    real = tuple(_figure(show, sample) for sample in show.real)
    blocks: list[Block] = [
        Prose(scene.intro),
        Figures(figures=drawn, columns=scene.columns),
        Prose("Real radiographs at the same size, with masks drawn by people:"),
        Figures(figures=real, columns=min(scene.columns, 3)),
    ]
    labels = show.synthetic.spaces[scene.layer].labels
    shown = [label for label in labels if not label.fdi or int(label.fdi) < 50]
    entries = tuple((label.fdi or label.name, label.colour) for label in shown)
    blocks.append(Legend(entries=entries, title="Teeth by FDI number" if scene.layer == "teeth" else "Lungs"))
    return Section(key=scene.body, title=scene.title, blocks=tuple(blocks))


def _figure(show: Show, sample: Sample) -> Figure:
    made, layer = sample.record.provenance, show.scene.layer
    film = radiograph(sample.image)
    alt = f"{made.kind} {show.scene.body} radiograph: {made.request or sample.record.text}"
    panels = (
        Panel(layers=(film,), alt=alt),
        Panel(
            layers=(film, overlay(sample.masks[layer], show.colours)),
            alt=f"{alt}, with its {layer} in colour",
        ),
    )
    if made.kind == "real":
        details: tuple[tuple[str, str], ...] = (("sample", sample.record.id),)
        return Figure(panels=panels, title=sample.record.text, details=details, tone="real")
    return Figure(
        panels=panels,
        title=f"“{made.request}”",
        details=(("seed", str(made.seed)), *_kept(sample, layer)),
        tone="phantom" if made.kind == "phantom" else "synthetic",
    )


def _kept(sample: Sample, layer: str) -> tuple[tuple[str, str], ...]:
    """How much of the sentence the mask keeps: teeth only, since only they are named one by one."""
    import numpy as np

    from diptych.metrics.adherence import named, presence
    from diptych.records.labels import FDI

    if layer != "teeth":
        return ()
    shown = presence(sample.masks[layer][None], FDI)[0]
    asked = named([sample.record.findings], FDI)[0]
    gone, there = int(np.sum(asked & ~shown)), int(np.sum(~asked & shown))
    others = (("others present", f"{there} of {(~asked).sum()}"),)
    return (("named teeth missing", f"{gone} of {asked.sum()}"), *others) if asked.any() else others


def _numbers(shows: list[Show]) -> Section:
    rows = [row for show in shows for row in (*_adherence(show), *_agreement(show))]
    return Section(
        key="numbers",
        title="What was measured",
        blocks=(
            Prose(
                "Measured on the pairs above, so the intervals are wide: this page shows how to read the "
                "numbers, the model cards give them on hundreds of pairs. The judge is a small network "
                "trained on real radiographs and their masks; it sees the image only."
            ),
            Measures(caption="Shares from 0 to 1; a dashed tick is the aim", rows=tuple(rows)),
        ),
    )


MEANINGS = {
    "named absent, in masks": "Of the teeth named missing, the share that the mask leaves out.",
    "named absent, as the judge sees images": "The same, as the judge sees the image.",
    "all named absent at once, in masks": "The share of masks that leave out every tooth so named.",
    "all named absent at once, in images": "The same, as the judge sees the image.",
    "others present, in masks": "Of all other teeth, the share that is in the mask.",
    "others present, as the judge sees images": "The same, as the judge sees the image.",
}
"""What the lines of the evaluation say, in a sentence."""


def _adherence(show: Show) -> list[Measure]:
    """Are the teeth that the sentence calls missing missing, in the mask and in the image?"""
    from diptych.evaluation.acceptance import adherence_lines

    if show.scene.layer != "teeth":
        return []
    lines = adherence_lines(show.synthetic, show.judge)
    named = ((f"Teeth: {line.name}", line) for line in lines)
    return [_measure(name, line.estimate, MEANINGS[line.name], line.least) for name, line in named]


def _agreement(show: Show) -> list[Measure]:
    """Does the mask belong to its image? The judge's masks against the pair's."""
    from diptych.evaluation.stacks import image_stack, mask_stack
    from diptych.metrics.agreement import agreement, overlaps

    layer, rows = show.scene.layer, []
    meaning = "How far the judge draws the same mask: 1 the same, 0 no better than for another image."
    for name, cohort in (
        ("synthetic pairs", show.synthetic),
        ("real pairs, which it was taught with", show.real),
    ):
        masks = mask_stack(cohort, layer)
        codes = [label.code for label in cohort.spaces[layer].labels if (masks == label.code).any()]
        subjects = [record.subject or record.id for record in cohort.records]
        score = agreement(overlaps(show.judge(image_stack(cohort)), masks, codes, subjects))
        rows.append(_measure(f"{layer.capitalize()}: agreement, {name}", score, meaning))
    return rows


def _measure(name: str, found: Estimate, meaning: str, target: float | None = None) -> Measure:
    return Measure(
        name=name,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        meaning=meaning,
        target=target,
    )


def _again(shows: list[Show]) -> Section:
    commands = tuple(
        Command(
            text=f'diptych generate --checkpoint {show.scene.checkpoint} --prompt "{show.scene.prompts[0]}" '
            f"--count 1 --seed 1 --out again/{show.scene.body}"
        )
        for show in shows
    )
    words = Prose(
        "A sample depends on checkpoint, sentence and seed alone. These draw the first pairs again:"
    )
    return Section(key="again", title="Make them again", blocks=(words, *commands))


def _credits(shows: list[Show]) -> Section:
    rows = []
    for show in shows:
        record = show.real.records[0]
        rows.append((show.scene.title, str(len(show.real)), record.source, record.licence))
    table = Table(
        caption="Where the real radiographs come from; their folders hold the full attribution",
        head=("Shown under", "Images", "Source", "Licence"),
        rows=tuple(rows),
    )
    return Section(key="credits", title="Real images and their licences", blocks=(table,))
