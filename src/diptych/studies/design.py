"""A study as a typed file: all that decides its cells."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from diptych.base.config import UnknownField, decode
from diptych.base.errors import DiptychError, Problems
from diptych.downstream.encoder_config import EncoderConfig
from diptych.fusion.arm import Arm, Augment
from diptych.fusion.arms import STRATEGIES
from diptych.records.ids import ID_RULE, is_id

PRESETS = Path(__file__).parent / "presets"
LARGEST_FILE = 100_000
"""Bytes of a study file; a longer one is no study."""
MOST_SEEDS = 1000
"""Of learners, and of generators: ten times what any comparison needs."""
MOST_CELLS = 100_000
"""Of a study, which are listed before the first is run: a year of trainings of five minutes."""
MOST_PHANTOMS = 1_000_000
"""That weights of a family begin with."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family of generators. In every fold one is tuned on its rows, from weights that saw phantoms only."""

    name: str
    recipe: str
    base_phantoms: int = 1500
    base_steps: float = 1.0
    """Share of the recipe's steps for the phantoms' weights, which all folds begin with."""
    tune_steps: float = 1.0
    """Share of the recipe's tuning steps in a fold."""


@dataclass(frozen=True, kw_only=True)
class StudyArm:
    """One arm: a strategy of `diptych fuse` with its options."""

    strategy: str
    ratio: float = 1.0
    augment: Augment = "light"
    target: str = ""
    gated: bool = False
    """Whether it takes only those synthetic rows that the gate of its fold accepted."""

    @property
    def name(self) -> str:
        """What cells call it; the family of its generator comes after it."""
        strong = self.augment == "strong" and self.strategy != "augmented-real"
        target = "" if self.target in ("", "max") else f" to {self.target}"
        return f"{self.strategy}{target}{' + augmented' * strong}{' + gated' * self.gated}"

    @property
    def told_ratio(self) -> float:
        """The ratio as cells have it: 0 where it says nothing."""
        return self.ratio if self.added else 0.0

    @property
    def needs(self) -> tuple[str, ...]:
        """Cohorts that it takes rows from, beside the real one."""
        return STRATEGIES.card(self.strategy).needs

    @property
    def drawn(self) -> bool:
        """Whether it needs a generator."""
        return "synthetic" in self.needs

    @property
    def without_real(self) -> bool:
        """Whether it trains on no real row."""
        return self.strategy in ("synthetic-only", "phantom-only")

    @property
    def added(self) -> bool:
        """Whether its ratio says anything."""
        return "ratio" in STRATEGIES.card(self.strategy).reads


@dataclass(frozen=True, kw_only=True)
class Gating:
    """The gate of every fold, where an arm is gated."""

    steps: float = 0.5
    """Share of the steps that judges of the layer are given elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How every learner of a study learns; the same in all arms."""

    size: tuple[int, int]
    steps: int
    batch: int = 8
    rate: float = 2e-3
    check_every: int = 50
    patience: int = 100
    """Checks without a better validation score before it stops."""


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The one comparison that was chosen before any result was seen."""

    arm: str
    family: str
    against: tuple[str, ...]
    """Controls; the one with the best mean score is the one to beat."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Arms x sizes x learners x seeds on one task, with the comparison that decides."""

    name: str
    task: str
    learning: Learning
    sizes: tuple[float, ...]
    """Real training images: numbers above 1 are counts, others are shares of all there are."""
    arms: tuple[StudyArm, ...]
    primary: Primary
    learners: tuple[str, ...]
    families: tuple[Family, ...] = ()
    seeds: int = 5
    """Trainings of every learner."""
    generator_seeds: int = 2
    fold_seed: int = 0
    """Decides which real rows are validation, and which are in a size."""
    validation: float = 0.1
    """Share of the real training rows that only say when a learner is best."""
    margin: float = 0.02
    """Of the measure: what synthetic-only may lose and still count as not inferior."""
    pool: float = 1.0
    """Synthetic rows for each real row of a fold."""
    gate: Gating = Gating()
    encoder: EncoderConfig | None = None

    @property
    def gated(self) -> bool:
        """Whether any arm wants a gate."""
        return any(arm.gated for arm in self.arms)

    @property
    def trainings(self) -> int:
        """Cells that it asks for, reckoned without a list of them."""
        made = len(self.families) * self.generator_seeds
        runs = sum(made if arm.drawn else 1 for arm in self.arms)
        return runs * self.seeds * len(self.sizes) * len(self.learners)

    def arm(self, name: str) -> StudyArm:
        """The arm that cells call by this name. Raises `DiptychError` if there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise DiptychError.of(f"arm {name!r}", "is not in the study", f"it has {_listed(self.arms)}")


def read_study(where: str, preset: str = "quick") -> Study:
    """The study of a packaged name (`fusion`, `lowdata`) and preset, or of a TOML file.

    Raises one `DiptychError` with everything that is wrong in it.
    """
    path = study_path(where, preset)
    try:
        study = decode(Study, _toml(path), str(path))
    except UnknownField as error:
        raise error.by_hand() from None
    check_study(study, str(path))
    return study


def study_path(where: str, preset: str) -> Path:
    """The file of a study. Raises `DiptychError` for a name that is not known."""
    if Path(where).suffix == ".toml":
        return Path(where)
    known = {tuple(path.stem.split("-", 1)): path for path in sorted(PRESETS.glob("*.toml"))}
    if (where, preset) not in known:
        listed = ", ".join(f"{name} --preset {kind}" for name, kind in known)
        raise DiptychError.of(
            f"study {where} --preset {preset}", "is not known", f"choose {listed}, or give a .toml file"
        )
    return known[where, preset]


def check_study(study: Study, where: str) -> None:
    """Raise one `DiptychError` with everything in a study that cannot be run."""
    problems = Problems()
    for place, arm in enumerate(study.arms):
        with problems.collect():
            _check_arm(arm, study, f"{where}, arms[{place}]")
    _check_names(study, where, problems)
    _check_numbers(study, where, problems)
    _check_counts(study, where, problems)
    problems.raise_any()


def _check_arm(arm: StudyArm, study: Study, where: str) -> None:
    if arm.strategy not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        raise DiptychError.of(where, f"has an unknown strategy {arm.strategy!r}", f"choose from {known}")
    if arm.drawn and not study.families:
        raise DiptychError.of(where, f"{arm.strategy} needs a generator", "add a [[families]] entry")
    if arm.gated and not arm.drawn:
        what = f"{arm.strategy} takes no synthetic row that a gate could turn away"
        raise DiptychError.of(where, what, "leave gated out")
    if not 0 <= arm.ratio <= 100:
        raise DiptychError.of(where, f"has the ratio {arm.ratio:g}", "give 0 to 100")
    if arm.drawn and arm.ratio > study.pool:
        remedy = "raise pool, or lower the ratio"
        raise DiptychError.of(where, f"wants {arm.ratio:g} of {study.pool:g} rows a real row", remedy)
    _check_target(arm, where)


def _check_target(arm: StudyArm, where: str) -> None:
    problems = Problems()
    Arm(strategy=arm.strategy, target=arm.target).check(problems)
    if arm.target and "target" not in STRATEGIES.card(arm.strategy).reads:
        problems.add(f"target {arm.target}", f"means nothing to {arm.strategy}", "leave it out")
    with within_file(where):
        problems.raise_any()


def _check_names(study: Study, where: str, problems: Problems) -> None:
    if problems:
        return
    names = Counter((arm.name, arm.told_ratio) for arm in study.arms)
    for (name, _), count in names.items():
        if count > 1:
            remedy = "let them differ in strategy, augment, gated, or the ratio or target that they read"
            problems.add(f"{where}, arms", f"has an arm twice, whose cells would be one: {name}", remedy)
    _check_primary(study, f"{where}, primary", problems)
    families = [family.name for family in study.families]
    if len(set(study.learners)) < len(study.learners):
        problems.add(f"{where}, learners", "has one twice", "name each once")
    if len(set(families)) < len(families):
        problems.add(f"{where}, families", "has a name twice", "name each once")
    for name in families:
        if not is_id(name):
            problems.add(f"{where}, families", f"{name!r} cannot name a folder", ID_RULE)


def _check_primary(study: Study, where: str, problems: Problems) -> None:
    """The registered comparison is one of an arm of the study with others of it."""
    arm, against = study.primary.arm, study.primary.against
    for name in (arm, *against):
        with problems.collect():
            study.arm(name)
    if not against:
        problems.add(f"{where}, against", "is empty", "name the arms that the registered one is to beat")
    if arm in against:
        what = f"holds the registered arm itself, {arm}"
        problems.add(f"{where}, against", what, "name other arms")
    if len(set(against)) < len(against):
        problems.add(f"{where}, against", "has one twice", "name each once")
    families = [family.name for family in study.families]
    drawn = any(one.drawn and one.name in (arm, *against) for one in study.arms)
    if drawn and study.primary.family not in families:
        what = f"names the family {study.primary.family!r}"
        problems.add(where, what, f"choose from {', '.join(families)}")


def _check_numbers(study: Study, where: str, problems: Problems) -> None:
    if not (study.sizes and study.arms and study.learners):
        problems.add(where, "has no sizes, no arms or no learners", "give at least one of each")
    for size in study.sizes:
        if not (0 < size <= 1 or (1 < size < math.inf and size == int(size))):
            problems.add(f"{where}, sizes", f"{size:g} is no share and no count", "give 0.1 or 30")
    if len(set(study.sizes)) < len(study.sizes):
        problems.add(f"{where}, sizes", "has one twice", "name each once")
    if not 0 < study.validation < 1:
        problems.add(f"{where}, validation", f"{study.validation:g} is no share", "give 0 to 1, such as 0.1")
    if not 0 < study.gate.steps <= 10:
        problems.add(f"{where}, gate", f"has {study.gate.steps:g} of the usual steps", "give 0.01 to 10")
    if not 0 < study.pool <= 100:
        problems.add(f"{where}, pool", f"is {study.pool:g} rows a real row", "give a number up to 100")
    if not 0 <= study.margin < math.inf:
        problems.add(f"{where}, margin", f"{study.margin:g} is no loss", "give 0 or more, such as 0.02")
    if not study.name:
        problems.add(f"{where}, name", "is empty", "name the study")
    for family in study.families:
        if family.base_phantoms > MOST_PHANTOMS:
            what, remedy = f"begins with more than {MOST_PHANTOMS} phantoms", "lower base_phantoms"
            problems.add(f"{where}, family {family.name}", what, remedy)
        if family.base_phantoms < 1 or not _all_shares(family.base_steps, family.tune_steps):
            what = "has no phantoms or no steps to learn from"
            problems.add(f"{where}, family {family.name}", what, "give 1 phantom or more, steps up to 10")


def _check_counts(study: Study, where: str, problems: Problems) -> None:
    """Cells can be listed: who adds a nought too many is not to wait for their list."""
    for name in ("seeds", "generator_seeds"):
        count = getattr(study, name)
        if not 1 <= count <= MOST_SEEDS:
            what = "are fewer than 1" if count < 1 else f"are more than {MOST_SEEDS}"
            problems.add(f"{where}, {name}", what, f"give 1 to {MOST_SEEDS}")
    if not problems and study.trainings > MOST_CELLS:
        what = f"asks for {study.trainings} cells, more than {MOST_CELLS}"
        problems.add(where, what, "take fewer seeds, generator_seeds, sizes or arms")


def _all_shares(*numbers: float) -> bool:
    return all(0 < number <= 10 for number in numbers)


@contextmanager
def within_file(where: str) -> Iterator[None]:
    """Name the place in a study file of what other rooms find, who speak of flags."""
    try:
        yield
    except DiptychError as error:
        raise DiptychError(
            replace(one, where=f"{where}, {one.where.lstrip('-').replace('-', '_')}")
            for one in error.problems
        ) from None


def _toml(path: Path) -> object:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DiptychError.of(str(path), "is too long for a study", "give a study file")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", "give a study file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "correct the file") from None


def _listed(arms: tuple[StudyArm, ...]) -> str:
    return ", ".join(arm.name for arm in arms)
