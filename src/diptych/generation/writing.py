"""Writing drawn pairs as a cohort, every image marked as synthetic."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.base.progress import bar
from diptych.generation.drawing import PairArtist
from diptych.generation.drawn import Artist, Drawn
from diptych.generation.gate.gate import Gate, open_gate
from diptych.generation.gate.request import GateRequest
from diptych.generation.gate.tally import GATE_FILE
from diptych.generation.given import given
from diptych.generation.marks import Marks, png_text
from diptych.generation.meter import Meter
from diptych.generation.painting import Painter, composed
from diptych.generation.request import read_requests, report_notes
from diptych.generation.rounds import MOST, Rounds
from diptych.models.gan.gan import Gan, GanConfig
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.cost import Cost, write_cost
from diptych.records.gate import GateScores
from diptych.records.ids import safe_id
from diptych.records.sample import Provenance, Record, Sample
from diptych.records.splits import subject_of
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
    repair: bool = False,
    gate: GateRequest | None = None,
) -> Cohort:
    """Draw pairs and write them; see `diptych.generation.generate`.

    `batch_size` only says how many samples are computed between two looks at the bar and the clock.
    What the clock says stands in `cost.json`, the only file that differs from run to run.
    Samples that do not pass the gate are left out, and the next seeds are tried, up to `MOST` times `count`;
    `gate.json` says what became of them.
    Raises `DiptychError` for an empty list, a sentence or a label map that cannot be used, a gate that does
    not fit the checkpoint, a used `out`, or if nothing passes.
    """
    checkpoint = checkpoints.load(name)
    artist = _artist(checkpoint, prompts, labels, repair)
    told = f", {GATE_FILE} tells of the gate" if gate else ""
    note = f"drawn by {checkpoint.name} {checkpoint.hash}{told}"
    with CohortWriter(out, body=checkpoint.model.config.body, note=note) as writer:
        guard = open_gate(gate, checkpoint, out) if gate else None
        rounds = Rounds(count, seed, batch_size)
        cost = _fill(writer, checkpoint, artist, guard, rounds)
        _check_enough(len(writer), rounds, guard)
    write_cost(out, cost)
    if guard:
        guard.tally.write(out)
    return Cohort.open(out)


def _fill(
    writer: CohortWriter, checkpoint: Checkpoint, artist: Artist, guard: Gate | None, rounds: Rounds
) -> Cost:
    """Draw until enough samples passed or there were too many tries; gives what it cost."""
    meter = Meter()
    with bar("generating", rounds.count) as shown:
        for numbers, seeds in rounds:
            before = len(writer)
            judged = _judged(artist.draw(numbers, seeds), guard)
            for number, (drawn, scores, passes) in zip(numbers, judged, strict=True):
                if not passes:
                    rounds.again(number)
                    continue
                writer.add(_sample(checkpoint, drawn, scores), png_text=png_text(_marks(checkpoint, drawn)))
                shown.advance()
            # The time of a run in which nothing passed is that of the next sample that does.
            if len(writer) > before:
                meter.stretch(len(writer) - before)
    return meter.cost(checkpoint)


def _judged(drawn: Iterable[Drawn], guard: Gate | None) -> Iterable[tuple[Drawn, GateScores | None, bool]]:
    """Samples with their scores and whether they pass; without a gate all do."""
    return guard.judged(drawn) if guard else ((sample, None, True) for sample in drawn)


def _check_enough(passed: int, rounds: Rounds, guard: Gate | None) -> None:
    """Say what became of the samples; raises `DiptychError` if not one passed."""
    if guard is None:
        return
    if not passed:
        what = f"turned all away ({guard.tally.line()})"
        raise DiptychError.of("--gate", what, "ask for something else, or look at them with --score-only")
    print(f"diptych: {guard.tally.line()}", file=sys.stderr)
    if passed < rounds.count:
        what = f"{passed} of {rounds.count} samples after {MOST} tries for each"
        print(f"diptych: note: the cohort holds {what}", file=sys.stderr)


def _artist(checkpoint: Checkpoint, prompts: tuple[str, ...], labels: Path | None, repair: bool) -> Artist:
    """What draws with this checkpoint: from sentences, or from label maps."""
    if labels is None and not prompts:
        raise DiptychError.of("--prompts", "holds no sentence", "write one sentence a line")
    if isinstance(checkpoint.model, Gan):
        return _painter(checkpoint, checkpoint.model.config, prompts, labels, repair)
    if labels is not None:
        remedy = "choose a checkpoint of the label-map family"
        raise DiptychError.of("--labels", f"{checkpoint.name} draws its own masks", remedy)
    requests = read_requests(prompts, checkpoint)
    report_notes(requests)
    return PairArtist(checkpoint.pair, requests)


def _painter(
    checkpoint: Checkpoint, config: GanConfig, prompts: tuple[str, ...], labels: Path | None, repair: bool
) -> Painter:
    if labels is None:
        return Painter(checkpoint, composed(checkpoint, prompts))
    maps = given(checkpoint, labels, config, mend=repair)
    return Painter(checkpoint, maps.layout_of, maps.record_of)


def _sample(checkpoint: Checkpoint, drawn: Drawn, scores: GateScores | None) -> Sample:
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
        gate=scores,
    )
    masks = dict(drawn.masks)
    return Sample(
        record=_of_row(record, drawn.row, masks) if drawn.row else record, image=drawn.image, masks=masks
    )


def _of_row(record: Record, row: Record, layers: Collection[str]) -> Record:
    """What a painted map owes to its row: it is an outline of that subject, on the same side of a split.

    An estimated layer stays so: what the estimate missed was asked for, and may be painted anywhere.
    """
    origin = f"label map of row {row.id}"
    return replace(
        record,
        subject=subject_of(row),
        split=row.split,
        estimated=tuple(layer for layer in row.estimated if layer in layers),
        licence=_joined(row.licence, record.licence),
        source="; ".join(filter(None, (record.source, origin, row.source))),
        provenance=replace(record.provenance, request=f"{origin}: {record.text}"),
    )


def _joined(*licences: str) -> str:
    """Licences side by side, each part of them once."""
    parts = [part for licence in licences for part in licence.split("; ") if part]
    return "; ".join(dict.fromkeys(parts))


def _marks(checkpoint: Checkpoint, drawn: Drawn) -> Marks:
    return Marks(
        checkpoint=checkpoint.name,
        checkpoint_hash=checkpoint.hash,
        request=drawn.text,
        seed=drawn.seed,
    )
