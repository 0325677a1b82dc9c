"""Put a cohort through a protocol: every measure of it, of other real images and of spoilt ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.evaluation import candidates as spoilt
from diptych.evaluation.candidates import COPIES, Candidate, check_alike
from diptych.evaluation.evidence import Evidence, Features, Judge, Scorer
from diptych.evaluation.grouping import Ground, Trio, group_rows, left_out
from diptych.evaluation.measures import MEASURES, MeasureCard
from diptych.evaluation.protocol import Item, Protocol
from diptych.evaluation.rows import NOT_ESTIMABLE, Row, interval_notes
from diptych.evaluation.words import unit
from diptych.metrics.estimate import Estimate
from diptych.metrics.membership import membership

SPOIL: Mapping[str, Callable[[Candidate, int], Candidate]] = {
    "blurred": spoilt.blurred,
    "noisy": spoilt.noisy,
    "shuffled pairs": spoilt.shuffled,
    "collapsed": spoilt.collapsed,
    "mirrored": spoilt.mirrored,
    "upside down": spoilt.upside_down,
}
LEARNED = "plausibility"
"""The axis whose measures learn what is lawful from the training images, where there are any."""
SHUFFLED = "shuffled pairs of this cohort"
TEETH = "missing"
"""What a measure needs that is about teeth, and so about one body region only."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """Who is compared with whom. All of one body region and size.

    `heldout` are real images that no generator saw. With `train`, the images that it saw, other
    real images stand beside the synthetic ones as the floor, and privacy can be measured. The floor
    is the training images held against held-out ones; of privacy and plausibility, which learn
    from the training images what is known or lawful, it is held-out images.
    """

    synthetic: Candidate
    heldout: Candidate
    train: Candidate | None = None
    others: tuple[Candidate, ...] = ()
    """Further candidates for orientation, such as phantoms."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Instruments:
    """Extractors by name, and the judges that some measures ask."""

    extractors: Mapping[str, Features]
    judge: Judge | None = None
    scorer: Scorer | None = None
    finding: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """All rows, and what a report shows of the images behind them."""

    rows: tuple[Row, ...]
    synthetic: Candidate
    reference: Candidate
    train: Candidate | None
    judged: NDArray[np.uint8] | None
    """The judge's masks (N, H, W) of the synthetic images."""
    features: Callable[[Candidate], NDArray[np.generic]] | None
    """Features by the protocol's first extractor."""
    roc: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    """False and true positive rates of the membership attack."""
    undivided: str = ""
    """By which groups the cohort could not be divided, as a sentence."""


def compare(sides: Sides, protocol: Protocol, tools: Instruments) -> Outcome:
    """All rows of a protocol, then those by group. A measure that cannot be taken gives a row that says why.

    Measures that mean nothing for the body region have no row. Raises `DiptychError` when the sides
    are of different body regions or sizes.
    """
    real = (sides.heldout, *((sides.train,) if sides.train is not None else ()))
    check_alike((sides.synthetic, *real, *sides.others))
    setting = _Setting(sides, protocol, tools)
    items = [item for item in protocol.measures if applies(MEASURES.card(item.name), sides.synthetic.body)]
    tasks = [(item, name) for item in items for name in item.extractors or ("",)]
    rows = [setting.row(item, name) for item, name in track(tasks, "measuring", len(tasks))]
    rows += group_rows(rows, setting.ground())
    first = next((name for _, name in tasks if name), "")
    evidence = setting.evidence(first, private=False)
    return Outcome(
        rows=tuple(rows),
        synthetic=setting.synthetic,
        reference=setting.reference,
        train=sides.train,
        judged=evidence.judged(setting.synthetic) if tools.judge is not None else None,
        features=evidence.features if first else None,
        roc=_roc(setting.synthetic, setting.evidence(first, private=True)) if first and sides.train else None,
        undivided=left_out(sides.synthetic),
    )


def applies(card: MeasureCard, body: str) -> bool:
    """Whether a measure can mean anything for a body region."""
    return body == "panoramic" or TEETH not in card.needs


def _roc(candidate: Candidate, evidence: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The membership attack's curve; None where there are too few images for one."""
    made, known = evidence.features(candidate), evidence.features(evidence.seen_in_training())
    try:
        found = membership(made, known, evidence.features(evidence.reference))
    except DiptychError:
        return None
    return found.false_positives, found.true_positives


class _Setting:
    """The candidates at equal n, made once and shared by all measures."""

    def __init__(self, sides: Sides, protocol: Protocol, tools: Instruments) -> None:
        self.protocol, self.tools, self.seed = protocol, tools, protocol.seed
        self.chance = np.random.default_rng(protocol.seed)
        reference, other = self._real(sides)
        self.whole = Trio(synthetic=sides.synthetic, floor=other, reference=reference)
        count = min(protocol.most, len(reference), len(other), len(sides.synthetic))
        self.synthetic, self.floor = self._some(sides.synthetic, count), self._some(other, count)
        self.reference = self._some(reference, count)
        self.others = tuple(self._some(o, min(count, len(o))) for o in sides.others)
        self.train = sides.train
        self.halves = _halves(sides.heldout, self.chance) if sides.train is not None else None
        self._spoilt: dict[str, Candidate] = {}
        self._evidence: dict[tuple[str, bool], Evidence] = {}

    def row(self, item: Item, extractor: str) -> Row:
        """One measure of the synthetic candidate, of the floor and of the spoilt one."""
        card, take = MEASURES.card(item.name), MEASURES[item.name]
        evidence = self.evidence(extractor, card.axis == "privacy")
        synthetic, floor = self._matched(card.axis), self._floor(card.axis)
        aside = self._aside(card)
        found, low, bad, *more = (
            self._taken(lambda c: take(c, evidence), card, make)
            for make in (
                lambda: synthetic,
                lambda: floor,
                lambda: self._bad(card.bad, card.axis),
                *aside.values(),
            )
        )
        return Row(
            metric=item.name,
            axis=card.axis,
            extractor=extractor,
            group="all",
            estimate=replace(
                found,
                unit=unit(card, found),
                notes=(*found.notes, *interval_notes(card, (synthetic, floor, evidence.reference))),
            ),
            floor=low,
            bad=bad,
            bad_name=card.bad,
            better=card.better,
            primary=item.primary,
            others=tuple(zip(aside, more, strict=True)),
        )

    def ground(self) -> Ground:
        """What measures by group stand on: the sides before they were cut to one n."""
        return Ground(
            sides=self._sides,
            evidence=self.evidence,
            spoil=lambda name, real: SPOIL[name](real, self.seed),
            most=self.protocol.most,
            seed=self.seed,
        )

    def _sides(self, axis: str) -> Trio:
        if self.halves is None:
            return self.whole
        if axis == "privacy":
            reference, floor = self.halves
            return replace(self.whole, floor=floor, reference=reference, copies=self._bad(COPIES, axis))
        return replace(self.whole, floor=self.whole.reference) if axis == LEARNED else self.whole

    def _taken(
        self, take: Callable[[Candidate], Estimate], card: MeasureCard, make: Callable[[], Candidate]
    ) -> Estimate:
        try:
            candidate = make()
            if len(candidate) < card.least:
                what = f"{len(candidate)} images are too few"
                raise DiptychError.of(card.name, what, f"give at least {card.least}")
            return take(candidate)
        except DiptychError as error:
            return replace(NOT_ESTIMABLE, notes=(str(error),))

    def _real(self, sides: Sides) -> tuple[Candidate, Candidate]:
        if sides.train is not None:
            return sides.heldout, sides.train
        return _halves(sides.heldout, self.chance)

    def _some(self, candidate: Candidate, count: int) -> Candidate:
        if count >= len(candidate):
            return candidate
        return candidate.part(np.sort(self.chance.choice(len(candidate), count, replace=False)))

    def _matched(self, axis: str) -> Candidate:
        if axis != "privacy" or self.halves is None:
            return self.synthetic
        return self.synthetic.part(range(min(len(self.synthetic), len(self.halves[1]))))

    def _floor(self, axis: str) -> Candidate:
        if self.halves is None:
            return self.floor
        return {"privacy": self.halves[1], LEARNED: self.reference}.get(axis, self.floor)

    def _bad(self, name: str, axis: str) -> Candidate:
        key = f"{name}, {axis}"
        if key not in self._spoilt:
            if name == COPIES:
                if self.train is None:
                    raise DiptychError.of(
                        "privacy", "cannot be measured without training images", "give --train"
                    )
                wanted = len(self._floor(axis))
                self._spoilt[key] = spoilt.copied(self._some(self.train, wanted), self.seed)
            else:
                self._spoilt[key] = SPOIL[name](self._floor(axis), self.seed)
        return self._spoilt[key]

    def _aside(self, card: MeasureCard) -> dict[str, Callable[[], Candidate]]:
        """Who else is measured, for orientation."""
        makers: dict[str, Callable[[], Candidate]] = {o.name: partial(_itself, o) for o in self.others}
        return makers | ({SHUFFLED: self._mixed} if card.axis == "alignment" else {})

    def _mixed(self) -> Candidate:
        """The synthetic images with each other's masks and findings."""
        if SHUFFLED not in self._spoilt:
            self._spoilt[SHUFFLED] = spoilt.shuffled(self.synthetic, self.seed)
        return self._spoilt[SHUFFLED]

    def evidence(self, extractor: str, private: bool) -> Evidence:
        """What a measure is given; what one of them computed serves the others."""
        key = extractor, private
        if key not in self._evidence:
            first = next(iter(self._evidence.values()), None)
            self._evidence[key] = Evidence(
                reference=self.halves[0] if private and self.halves is not None else self.reference,
                train=self.train,
                judge=self.tools.judge,
                scorer=self.tools.scorer,
                finding=self.tools.finding,
                extract=self.tools.extractors.get(extractor),
                extractor=extractor,
                settings=self.protocol.settings,
                kept=first.kept if first is not None else {},
            )
        return self._evidence[key]


def _itself(candidate: Candidate) -> Candidate:
    return candidate


def _halves(real: Candidate, chance: np.random.Generator) -> tuple[Candidate, Candidate]:
    """Two parts of about equal size with no subject in both."""
    names = sorted(set(real.subjects))
    if len(names) < 2:
        raise DiptychError.of("real images", "all are of one subject", "give images of others")
    order = chance.permutation(len(names))
    first = {names[i] for i in order[: len(names) // 2]}
    inside = np.array([subject in first for subject in real.subjects])
    return real.part(np.flatnonzero(inside)), real.part(np.flatnonzero(~inside))


def leak(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Subjects that are on both sides."""
    return tuple(sorted(set(first) & set(second)))


def deciding(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """The row that decides each axis: the primary one with the worst verdict."""
    order = ("at bad reference", "not estimable", "cannot tell", "between", "within floor")
    for axis in dict.fromkeys(row.axis for row in rows):
        mine = [row for row in rows if row.axis == axis and row.primary and row.group == "all"]
        if mine:
            yield axis, min(mine, key=lambda row: order.index(row.verdict))
