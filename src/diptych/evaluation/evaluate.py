"""The verb `evaluate`: folders in, `report.html` and `report.json` out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

from diptych.base.atomic import new_folder
from diptych.base.errors import DiptychError, Problems
from diptych.downstream.store import load_classifier, load_segmenter
from diptych.evaluation import report
from diptych.evaluation.additions import Addition, extended, foreign, marked, own_encoder
from diptych.evaluation.candidates import of_cohort, of_samples
from diptych.evaluation.compare import Instruments, Outcome, Sides, compare, leak
from diptych.evaluation.cost import cost_rows
from diptych.evaluation.extractors import features_of
from diptych.evaluation.extractors.own import image_names
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.protocol import DEFAULT, Protocol, load
from diptych.evaluation.stacks import heldout_part, training_part
from diptych.metrics.checks import enough
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort

JUDGES = {"panoramic": "teeth", "chest": "lungs"}
CLASSIFIERS = {"panoramic": "restoration", "chest": "pneumonia"}
"""What the packaged judges draw and tell, and how their folders are called."""
SIDES = {"synthetic": "Synthetic", "real": "Held-out real", "train": "Training"}
PHANTOMS, PHANTOM_SEED = 128, 7_000_000
FEW = 100
"""Below so many images a side the report says that it is a glance."""


@dataclass(frozen=True, kw_only=True)
class EvaluateRequest:
    """What `diptych evaluate` is asked for."""

    real: Path
    synthetic: Path
    out: Path
    train: Path | None = None
    protocol: str = DEFAULT
    judge: Path | None = None
    """Folder of a segmenter; the packaged one of the body region unless given."""
    classifier: Path | None = None
    """Folder of a classifier, for label agreement by its first finding; the packaged one unless given."""
    encoder: Path | None = None
    """Folder of an encoder of the user's own images, whose rows stand beside the protocol's."""
    extractor: str = ""
    """`KIND=FILE`: weights for a ready adapter, whose rows do likewise; `sha256` is the file's."""
    sha256: str = ""


def evaluate(request: EvaluateRequest) -> Outcome:
    """Measure, write the folder `out`, and return what the report shows.

    `real` is read from its split val, else test, else whole; `train` from its split train, else whole.
    Raises `DiptychError` for cohorts of different body regions and for all bad input, before anything
    is measured.
    """
    protocol = load(request.protocol)
    with new_folder(request.out) as part:
        cohorts = _open(request)
        _enough(cohorts, protocol)
        more = [foreign(request.extractor, request.sha256)] if request.extractor else []
        sides = _sides(cohorts, protocol)
        more += [_own(request.encoder, cohorts, sides)] if request.encoder is not None else []
        tools = _instruments(request, protocol, sides.synthetic.body, more)
        warnings = tuple(_warnings(cohorts, sides))
        for warning in warnings:
            print(f"diptych: {'' if warning.startswith('LEAK') else 'note: '}{warning}", file=sys.stderr)
        outcome = marked(compare(sides, extended(protocol, more), tools), more)
        facts = (*_facts(cohorts), *(("Extractor", addition.fact) for addition in more))
        origin = report.Provenance(
            command=_command(request),
            facts=facts,
            warnings=warnings,
            cost=cost_rows(cohorts["synthetic"]),
        )
        report.write(part, outcome, protocol, origin)
    return outcome


def _open(request: EvaluateRequest) -> dict[str, Cohort]:
    cohorts = {
        "synthetic": Cohort.open(request.synthetic),
        "real": heldout_part(Cohort.open(request.real)),
    }
    if request.train is not None:
        cohorts["train"] = training_part(Cohort.open(request.train))
    bodies = {name: cohort.body for name, cohort in cohorts.items()}
    if len(set(bodies.values())) > 1:
        what = ", ".join(f"{name} shows {body}" for name, body in bodies.items())
        raise DiptychError.of(str(request.synthetic), what, "compare one body region")
    return cohorts


def _enough(cohorts: dict[str, Cohort], protocol: Protocol) -> None:
    """Refuse where no measure at all could be taken."""
    least = min(MEASURES.card(item.name).least for item in protocol.measures)
    problems = Problems()
    for name, cohort in cohorts.items():
        with problems.collect():
            enough(len(cohort), least, f"{cohort.path}, {name} images")
    problems.raise_any()


def _own(folder: Path, cohorts: dict[str, Cohort], sides: Sides) -> Addition:
    known = {"synthetic": sides.synthetic, "real": sides.heldout}
    known |= {"train": sides.train} if sides.train is not None else {}
    return own_encoder(folder, cohorts, known)


def _sides(cohorts: dict[str, Cohort], protocol: Protocol) -> Sides:
    body = cohorts["synthetic"].body
    height, width = getattr(protocol.size, body)
    size = (height, width)
    train = of_cohort(cohorts["train"], "training images", size) if "train" in cohorts else None
    phantoms = of_samples(draw_many(body, PHANTOMS, PHANTOM_SEED, size), "phantoms", body, size)
    return Sides(
        synthetic=of_cohort(cohorts["synthetic"], cohorts["synthetic"].path.name, size),
        heldout=of_cohort(cohorts["real"], "real images", size),
        train=train,
        others=(phantoms,),
    )


def _instruments(
    request: EvaluateRequest, protocol: Protocol, body: str, more: Sequence[Addition]
) -> Instruments:
    names = dict.fromkeys(name for item in protocol.measures for name in item.extractors)
    packaged = Path(str(files("diptych"))) / "weights" / "judges"
    scorer = load_classifier(request.classifier or packaged / CLASSIFIERS[body])
    return Instruments(
        extractors={name: partial(features_of, extractor=name) for name in names}
        | {addition.name: partial(features_of, extractor=addition.extractor) for addition in more},
        judge=load_segmenter(request.judge or packaged / JUDGES[body]),
        scorer=scorer,
        finding=scorer.config.findings[0],
    )


def _warnings(cohorts: dict[str, Cohort], sides: Sides) -> Sequence[str]:
    found = []
    if sides.train is not None:
        shared = leak(sides.train.subjects, sides.heldout.subjects)
        if shared:
            found.append(
                f"LEAK: {len(shared)} subjects, such as {shared[0]!r}, are in the training and in the held-"
                "out images. Every number that compares the two is too good; split by subject."
            )
        twins = set(image_names(sides.train.images)) & set(image_names(sides.heldout.images))
        if twins:
            found.append(f"LEAK: {len(twins)} training images are held-out images too, pixel for pixel.")
    else:
        found.append("No training images were given (--train), so privacy was not measured.")
    depths = {name: cohort.load(0).image.dtype.itemsize * 8 for name, cohort in cohorts.items()}
    if len(set(depths.values())) > 1:
        told = ", ".join(f"{name} {bits} bit" for name, bits in depths.items())
        found.append(f"Bit depths differ ({told}): each image was scaled from its own full range.")
    fewest = min(len(sides.synthetic), len(sides.heldout))
    if fewest < FEW:
        found.append(f"Only {fewest} images on one side: intervals are wide, and many verdicts stay open.")
    return found


def _facts(cohorts: dict[str, Cohort]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{SIDES[name]} images", f"{len(cohort)}, fingerprint {cohort.fingerprint()[:16]}")
        for name, cohort in cohorts.items()
    )


def _command(request: EvaluateRequest) -> str:
    train = f" --train {_name(request.train)}" if request.train is not None else ""
    encoder = f" --encoder {_name(request.encoder)}" if request.encoder is not None else ""
    if request.extractor:
        kind, _, file = request.extractor.partition("=")
        encoder += f" --extractor {kind}={_name(Path(file))} --sha256 {request.sha256}"
    return (
        f"diptych evaluate --real {_name(request.real)} --synthetic {_name(request.synthetic)}{train}"
        f"{encoder} --protocol {request.protocol} --out {_name(request.out)}"
    )


def _name(path: Path) -> str:
    """The last part only: a report travels, and folders may name people."""
    return path.name
