"""The gate of a fold: judges that learned from its training rows alone, and what they say of a pool.

It is the gate of `diptych generate`, but for one thing. A fold may have eight images, and the usual judge
would leave one of them to set thresholds by. So there are three judges, each taught by two thirds of the
subjects: every training row is looked at by the judge that does not know it, and all of them set the
thresholds. The first judge looks at the pool. Findings are not judged: no classifier can be taught by so
few rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from diptych.base.atomic import write_text
from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.downstream.arrays import pairs, to_bytes
from diptych.downstream.recipes import layer_segmenter
from diptych.downstream.segmenter import fit_segmenter
from diptych.downstream.store import load_segmenter, save_judge
from diptych.evaluation.stacks import image_stack
from diptych.generation.drawn import Drawn
from diptych.generation.gate.gate import Gate
from diptych.generation.gate.judges import facts
from diptych.generation.gate.nearness import Nearness
from diptych.generation.gate.scoring import Scorer
from diptych.generation.gate.tally import GateFacts, Tally
from diptych.records.cohort import Cohort
from diptych.records.gate import GateConfig, GateScores
from diptych.records.pixels import stretch_mask
from diptych.records.reading import ROWS_FILE
from diptych.records.sample import Sample
from diptych.records.splits import subject_of

PARTS = 3
"""Judges, and parts of the training rows: each judge learns from all parts but its own."""
LEAST = 2 * PARTS
"""Subjects below which there is no gate: a judge would know two or three patients, and thresholds be luck."""


def check_enough(train: Cohort, layer: str, where: str) -> None:
    """Raise `DiptychError` where the rows with masks of the layer are of too few subjects for a gate."""
    known = {subject_of(record) for record in train.records if layer in record.layers}
    if len(known) < LEAST:
        what = f"has {len(known)} subjects with masks of {layer}, and a gate needs {LEAST}"
        raise DiptychError.of(where, what, "take a larger size, or leave gated arms out")


def train_judges(train: Cohort, layer: str, steps: float, out: Path) -> None:
    """Teach the judges of a fold and keep them as `out`/0, 1, 2; those that are there stay.

    `train` holds the fold's training rows and no others; `steps` is a share of the usual ones.
    """
    config, usual = layer_segmenter(train.body, layer)
    fit = replace(usual, steps=max(1, round(usual.steps * steps)))
    for number, (learned, looked) in enumerate(_parts(train, layer)):
        folder = out / str(number)
        if not folder.exists():
            rows, held = (pairs(part, layer, config.size) for part in (learned, looked))
            judge, result = fit_segmenter(rows, held, config, fit)
            about = {"cohort": train.fingerprint(), "fit": encode(fit), "result": encode(result)}
            save_judge(judge, folder, about)


def judge_pool(pool: Cohort, train: Cohort, layer: str, strict: GateConfig, judges: Path) -> None:
    """Write the gate's scores into every row of a pool, and `gate.json` beside them.

    Nothing is taken out: the same pool serves arms with and without the gate. `gate.json` comes last, so a
    pool that has one was judged to its end.
    """
    size = pool.load(0).image.shape
    gate = _open(train, layer, strict, judges, (size[0], size[1]))
    scored = {}
    drawn = (_as_drawn(sample, layer, (size[0], size[1])) for sample in pool)
    looked = track(gate.judged(drawn), "judging the pool", len(pool))
    for record, (_, scores, _) in zip(pool.records, looked, strict=True):
        scored[record.id] = scores
    _write_scores(pool.path / ROWS_FILE, scored)
    gate.tally.write(pool.path)


def _open(train: Cohort, layer: str, strict: GateConfig, judges: Path, size: tuple[int, int]) -> Gate:
    """The gate; every training row sets its thresholds, under the judge that does not know it."""
    scorers = [
        Scorer(judge=load_segmenter(judges / str(number)), classifier=None, nearness=None)
        for number in range(PARTS)
    ]
    real = [
        scores
        for scorer, (_, looked) in zip(scorers, _parts(train, layer), strict=True)
        for _, scores in scorer(_as_drawn(sample, layer, size) for sample in looked)
    ]
    nearness = Nearness(image_stack(train), tuple(subject_of(record) for record in train.records))
    own = train.fingerprint()
    told = GateFacts(
        thresholds=strict.thresholds(real),
        config=strict,
        real_images=len(real),
        only_score=True,
        train=own,
        same_training=True,
        train_images=len(train),
        copy_distance=round(nearness.threshold, 4),
        judge=facts(judges / "0", "trained here", own),
        classifier=None,
    )
    return Gate(replace(scorers[0], nearness=nearness), Tally(facts=told))


def _parts(train: Cohort, layer: str) -> Iterator[tuple[Cohort, Cohort]]:
    """For each judge the rows that it learns from, and those that it does not know, by subject."""
    rows = [record for record in train.records if layer in record.layers]
    names = sorted({subject_of(record) for record in rows})
    place = {name: at % PARTS for at, name in enumerate(names)}
    for part in range(PARTS):
        looked = [record.id for record in rows if place[subject_of(record)] == part]
        learned = [record.id for record in rows if place[subject_of(record)] != part]
        yield train.select(ids=learned), train.select(ids=looked)


def _as_drawn(sample: Sample, layer: str, size: tuple[int, int]) -> Drawn:
    """A sample, real or not, as if it had just been drawn."""
    record = sample.record
    return Drawn(
        seed=record.provenance.seed,
        image=to_bytes(sample.image, size),
        masks={layer: stretch_mask(sample.masks[layer], size)},
        text=record.text,
        findings=record.findings,
        groups=record.groups,
    )


def _write_scores(file: Path, scored: dict[str, GateScores]) -> None:
    lines: Iterable[str] = file.read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    told = [row | {"gate": encode(scored[row["id"]])} for row in rows]
    write_text(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told))
