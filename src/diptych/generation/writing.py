"""Writing drawn pairs as a cohort, every image marked as synthetic."""

from __future__ import annotations

from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.generation.drawing import PairArtist
from diptych.generation.drawn import Artist, Drawn
from diptych.generation.marks import Marks, png_text
from diptych.generation.meter import Meter
from diptych.generation.painting import Painter, composed, given
from diptych.generation.request import read_requests, report_notes
from diptych.models.gan.gan import Gan
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.cost import write_cost
from diptych.records.ids import safe_id
from diptych.records.sample import Provenance, Record, Sample
from diptych.training import checkpoint as checkpoints
from diptych.training.checkpoint import Checkpoint


def write_pairs(
    name: str,
    prompts: tuple[str, ...],
    out: Path,
    *,
    count: int,
    seed: int,
    batch_size: int,
    labels: Path | None = None,
) -> Cohort:
    """Draw pairs and write them; see `diptych.generation.generate`.

    `batch_size` only says how many samples are computed between two looks at the bar and the clock.
    What the clock says stands in `cost.json`, the only file that differs from run to run.
    Raises `DiptychError` for an empty list, a sentence or a label map that cannot be used, or a used `out`.
    """
    checkpoint = checkpoints.load(name)
    artist = _artist(checkpoint, prompts, labels)
    note = f"drawn by {checkpoint.name} {checkpoint.hash}"
    with (
        CohortWriter(out, body=checkpoint.model.config.body, note=note) as writer,
        bar("generating", count) as shown,
    ):
        meter = Meter()
        for start in range(0, count, batch_size):
            numbers = range(start, min(start + batch_size, count))
            for drawn in artist.draw(numbers, [seed + i for i in numbers]):
                writer.add(_sample(checkpoint, drawn), png_text=png_text(_marks(checkpoint, drawn)))
                shown.advance()
            meter.stretch(len(numbers))
    write_cost(out, meter.cost(checkpoint))
    return Cohort.open(out)


def _artist(checkpoint: Checkpoint, prompts: tuple[str, ...], labels: Path | None) -> Artist:
    """What draws with this checkpoint: from sentences, or from label maps."""
    if labels is None and not prompts:
        raise DiptychError.of("--prompts", "holds no sentence", "write one sentence a line")
    if isinstance(checkpoint.model, Gan):
        return Painter(checkpoint, given(checkpoint, labels) if labels else composed(checkpoint, prompts))
    if labels is not None:
        remedy = "choose a checkpoint of the label-map family"
        raise DiptychError.of("--labels", f"{checkpoint.name} draws its own masks", remedy)
    requests = read_requests(prompts, checkpoint)
    report_notes(requests)
    return PairArtist(checkpoint.pair, requests)


def _sample(checkpoint: Checkpoint, drawn: Drawn) -> Sample:
    name = safe_id(f"{checkpoint.name}-{drawn.seed:08d}")
    record = Record(
        id=name,
        body=checkpoint.model.config.body,
        text=drawn.text,
        subject=name,
        findings=drawn.findings,
        groups=dict(drawn.groups),
        licence=str(checkpoint.about.get("licence", "")),
        source=f"diptych {checkpoint.name}",
        provenance=Provenance(
            kind="model",
            generator=f"{checkpoint.name} {checkpoint.hash}",
            request=drawn.text,
            seed=drawn.seed,
        ),
    )
    return Sample(record=record, image=drawn.image, masks=dict(drawn.masks))


def _marks(checkpoint: Checkpoint, drawn: Drawn) -> Marks:
    return Marks(
        checkpoint=checkpoint.name,
        checkpoint_hash=checkpoint.hash,
        request=drawn.text,
        seed=drawn.seed,
    )
