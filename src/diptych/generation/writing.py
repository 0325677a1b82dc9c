"""Writing drawn pairs as a cohort, every image marked as synthetic."""

from __future__ import annotations

from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.generation.drawing import Order, draw
from diptych.generation.marks import Marks, png_text
from diptych.generation.meter import Meter
from diptych.generation.request import Request, read_requests, report_notes
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.cost import write_cost
from diptych.records.ids import safe_id
from diptych.records.sample import Provenance, Record, Sample
from diptych.training import checkpoint as checkpoints
from diptych.training.checkpoint import Checkpoint


def write_pairs(
    name: str, prompts: tuple[str, ...], out: Path, *, count: int, seed: int, batch_size: int
) -> Cohort:
    """Draw pairs and write them; see `diptych.generation.generate`.

    `batch_size` only says how many samples are computed between two looks at the bar and the clock.
    What the clock says stands in `cost.json`, the only file that differs from run to run.
    Raises `DiptychError` for an empty list, a sentence that cannot be read, or a used `out`.
    """
    if not prompts:
        raise DiptychError.of("--prompts", "holds no sentence", "write one sentence a line")
    checkpoint = checkpoints.load(name)
    requests = read_requests(prompts, checkpoint)
    report_notes(requests)
    orders = [Order(requests[i % len(requests)], seed + i) for i in range(count)]
    note = f"drawn by {checkpoint.name} {checkpoint.hash}"
    with (
        CohortWriter(out, body=checkpoint.pair.config.body, note=note) as writer,
        bar("generating", count) as shown,
    ):
        meter = Meter()
        for start in range(0, count, batch_size):
            batch = orders[start : start + batch_size]
            for order, image, mask in draw(checkpoint.pair, batch):
                sample = _sample(checkpoint, order, image, mask)
                writer.add(sample, png_text=png_text(_marks(checkpoint, order)))
                shown.advance()
            meter.stretch(len(batch))
    write_cost(out, meter.cost(checkpoint))
    return Cohort.open(out)


def _sample(checkpoint: Checkpoint, order: Order, image: object, mask: object) -> Sample:
    config, request = checkpoint.pair.config, order.request
    name = safe_id(f"{checkpoint.name}-{order.seed:08d}")
    record = Record(
        id=name,
        body=config.body,
        text=request.text,
        subject=name,
        findings=tuple(sorted(request.reading.findings)),
        groups=dict(request.reading.groups),
        licence=str(checkpoint.about.get("licence", "")),
        source=f"diptych {checkpoint.name}",
        provenance=_provenance(checkpoint, request, order.seed),
    )
    return Sample(record=record, image=image, masks={config.layer: mask})  # type: ignore[arg-type, dict-item]


def _provenance(checkpoint: Checkpoint, request: Request, seed: int) -> Provenance:
    return Provenance(
        kind="model", generator=f"{checkpoint.name} {checkpoint.hash}", request=request.text, seed=seed
    )


def _marks(checkpoint: Checkpoint, order: Order) -> Marks:
    return Marks(
        checkpoint=checkpoint.name,
        checkpoint_hash=checkpoint.hash,
        request=order.request.text,
        seed=order.seed,
    )
