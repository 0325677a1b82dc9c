"""The verbs as typed commands. No logic: each verb checks its numbers and calls one function."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union

import tyro
from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, Positional, arg, subcommand

from diptych.base.errors import DiptychError, Problem, Problems

BAD_INPUT, INTERRUPTED = 2, 130
MOST_SHOWN = 40
"""More lines than this help nobody; the first ones say what is wrong with all of them."""
LONGEST_LINE = 1000
"""Letters of a line that are shown."""

Folder = Annotated[Path, arg(metavar="DIR")]
Checkpoint = Annotated[str, arg(metavar="NAME|DIR")]


def _at_least(least: int, **numbers: int) -> None:
    """Raise `DiptychError` naming every flag whose number is below `least`."""
    problems = Problems()
    for name, number in numbers.items():
        if number < least:
            problems.add(f"--{name.replace('_', '-')}", f"{number} is too small", f"give {least} or more")
    problems.raise_any()


@dataclass(frozen=True, kw_only=True)
class Phantom:
    """Draw procedural radiographs with exact masks, findings and sentences.

    Nothing is needed but a seed: the same seed draws the same images. Phantoms are for trying things
    out, for tests, and for teaching a model anatomy before it sees its first real image.

    Example: diptych phantom panoramic --count 100 --seed 1 --out phantoms
    """

    body: Positional[Literal["chest", "panoramic"]]
    """Which radiograph to draw."""
    count: int = 16
    """How many samples."""
    seed: int = 0
    """Seed of the first sample; the next ones follow it."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __post_init__(self) -> None:
        _at_least(1, count=self.count)
        _at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Write the cohort."""
        from diptych.phantoms import write_cohort

        write_cohort(self.body, count=self.count, seed=self.seed, out=self.out)


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train a generator on a cohort, or go on training one on your own images.

    Everything that is tuned lives in the recipe; everything that is needed to use or resume the result
    lives in the checkpoint folder. It can be stopped at any time: run the same command with --resume.

    Example: diptych train --recipe panoramic_nano --cohort mine --out tuned --init panoramic-nano
    """

    recipe: Annotated[str, arg(metavar="NAME")]
    """Name of a recipe, such as chest_nano or panoramic_nano."""
    cohort: Folder
    """The cohort to learn from; only its train split is used."""
    out: Folder
    """The checkpoint folder to make."""
    init: Annotated[str, arg(metavar="NAME|DIR", help_behavior_hint="(default: from nothing)")] = ""
    """Go on from this checkpoint: a packaged name or a folder."""
    resume: bool = False
    """Go on where an interrupted run in --out stopped, to the same weights."""
    only: Annotated[tuple[str, ...], arg(metavar="STAGE ...", help_behavior_hint="(default: all)")] = ()
    """Run only these stages of the recipe, such as mask_tokenizer or image_tokenizer."""

    def __call__(self) -> None:
        """Train, or resume."""
        from diptych.recipes.train import TrainRequest, train

        train(
            TrainRequest(
                recipe=self.recipe,
                cohort=self.cohort,
                out=self.out,
                init=self.init,
                resume=self.resume,
                only=self.only,
            )
        )


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Turn sentences into pairs of radiograph and mask.

    The seed is an address: sample i depends on the checkpoint, its sentence and seed + i only, never on
    the batch size or the order. Every image says in its own metadata that it is synthetic.

    Example: diptych generate --checkpoint panoramic-nano --prompt "Panoramic radiograph, teeth 18, 28, 38
    and 48 missing, restorations." --count 8 --seed 1 --out pairs
    """

    checkpoint: Checkpoint
    """A packaged checkpoint (chest-nano, panoramic-nano) or a checkpoint folder."""
    prompt: Annotated[str | None, arg(metavar="TEXT", help_behavior_hint="(this or --prompts)")] = None
    """The sentence to draw."""
    prompts: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="(this or --prompt)")] = None
    """A text file with one sentence a line, taken in turn until --count samples are made."""
    count: int = 8
    """How many samples."""
    seed: int = 0
    """Seed of the first sample."""
    batch_size: int = 8
    """How many samples to compute together; changes the speed, never the result."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __post_init__(self) -> None:
        _at_least(1, count=self.count, batch_size=self.batch_size)
        _at_least(0, seed=self.seed)
        if (self.prompt is None) == (self.prompts is None):
            raise DiptychError.of("--prompt", "one of --prompt and --prompts is needed", "give exactly one")

    def __call__(self) -> None:
        """Write the cohort of pairs."""
        from diptych.generation import generate

        generate(
            checkpoint=self.checkpoint,
            prompts=self._sentences(),
            count=self.count,
            seed=self.seed,
            batch_size=self.batch_size,
            out=self.out,
        )

    def _sentences(self) -> tuple[str, ...]:
        if self.prompts is None:
            return (self.prompt or "",)
        try:
            text = self.prompts.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise DiptychError.of(str(self.prompts), "is no text in UTF-8", "save it as plain text") from None
        sentences = tuple(line.strip() for line in text.splitlines() if line.strip())
        if not sentences:
            raise DiptychError.of(str(self.prompts), "holds no sentence", "write one sentence a line")
        return sentences


@dataclass(frozen=True, kw_only=True)
class Export:
    """Write a cohort in a layout that other tools read.

    Example: diptych export --cohort pairs --to nnunet --out nnUNet_raw
    """

    cohort: Folder
    """The cohort to write out."""
    to: Annotated[str, arg(metavar="coco|nnunet")]
    """The layout: COCO instances, nnU-Net raw, or one that another package registered."""
    out: Folder
    """The folder to make."""

    def __call__(self) -> None:
        """Write the layout."""
        from diptych.publishing import export

        export(cohort=self.cohort, to=self.to, out=self.out)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Measure how much a checkpoint copies its training images.

    Prints the share of samples that lie nearer to a training image than held-out images of the same kind
    do, with its interval.

    Example: diptych audit --checkpoint panoramic-nano --train cohort --heldout cohort
    """

    checkpoint: Checkpoint
    """A packaged checkpoint or a checkpoint folder."""
    train: Folder
    """The cohort that the checkpoint learned from; of a cohort with splits, its train part."""
    heldout: Folder
    """A cohort of the same kind that it never saw; of a cohort with splits, its val or test part."""
    count: int = 256
    """How many samples to draw."""
    seed: int = 0
    """Seed of the first sample."""

    def __post_init__(self) -> None:
        _at_least(1, count=self.count)
        _at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Print the copy rate."""
        from diptych.generation.auditing import audit_checkpoint

        found = audit_checkpoint(self.checkpoint, self.train, self.heldout, self.count, self.seed)
        print(*found.lines(), sep="\n")


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Put a synthetic cohort through the protocol: every number beside other real images and a bad one.

    Writes OUT/report.html and OUT/report.json. Real images are read from their val or test part, training
    images from their train part; with --train, privacy is measured too, and must be.

    Example: diptych evaluate --real mine --train mine --synthetic pairs --out report
    """

    real: Folder
    """Real images that no generator saw."""
    synthetic: Folder
    """The cohort to judge, whoever made it."""
    out: Folder
    """The folder to make."""
    train: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: no privacy measures)")] = (
        None
    )
    """The real images that the generator was trained on."""
    protocol: Annotated[str, arg(metavar="NAME|FILE")] = "radiograph-2d-v1"
    """What is measured, and how."""
    judge: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: the packaged one)")] = None
    """A segmenter trained on real images, to hold masks against."""
    classifier: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: none)")] = None
    """A classifier trained on real images, to hold findings against."""

    def __call__(self) -> None:
        """Measure, and say where the report is."""
        from diptych.evaluation.evaluate import EvaluateRequest, evaluate

        evaluate(
            EvaluateRequest(
                real=self.real,
                synthetic=self.synthetic,
                out=self.out,
                train=self.train,
                protocol=self.protocol,
                judge=self.judge,
                classifier=self.classifier,
            )
        )
        print(f"The report is {self.out / 'report.html'}")


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Make pairs from written sentences with the packaged checkpoints and show them in one page.

    Writes OUT/report.html, OUT/chest and OUT/panoramic (16 synthetic samples each) and OUT/real. Needs no
    network, no accelerator and about two minutes.

    Example: diptych demo --out look
    """

    out: Folder = Path("diptych-demo")
    """The folder to make."""

    def __call__(self) -> None:
        """Write the folder and say where the report is."""
        from diptych.demo import write_demo

        write_demo(self.out)


VERBS: dict[str, type[Callable[[], None]]] = {
    "phantom": Phantom,
    "train": Train,
    "generate": Generate,
    "export": Export,
    "audit": Audit,
    "evaluate": Evaluate,
    "demo": Demo,
}

IMPORT = "Make a cohort from images that you have: a folder, a table, COCO, DICOM or a public dataset."

ABOUT = """A sentence becomes a radiograph and its mask.

See it work first: diptych demo

Then, on your own images: diptych import, diptych train --init, diptych generate, diptych export. Each
`diptych VERB --help` shows an example."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 done, 2 bad input, 130 interrupted.

    The one place where an error becomes a line for people.
    """
    try:
        _parse(sys.argv[1:] if arguments is None else list(arguments))()
    except DiptychError as error:
        return _complain(error.problems)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as error:
        return _complain([_explain(error)])
    except KeyboardInterrupt:
        print("diptych: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parse(arguments: list[str]) -> Callable[[], None]:
    """The verb that was asked for; leaves with the help, or with code 2 when there is none."""
    if arguments[:1] == ["import"]:
        from diptych.sources import verbs

        return _choose("diptych import", IMPORT, verbs(), {}, arguments[1:])
    return _choose("diptych", ABOUT, VERBS, {"import": IMPORT}, arguments)


def _choose(
    program: str, about: str, kinds: Mapping[str, type], groups: Mapping[str, str], arguments: list[str]
) -> Callable[[], None]:
    """Parse the kind that the first argument names; without one, list them all, one line each.

    Two steps keep `--help` short and quick. `groups` are listed first; they have kinds of their own.
    """
    name = arguments[0] if arguments else ""
    if name in kinds:
        config = (FlagCreatePairsOff, OmitArgPrefixes)
        chosen: Any = tyro.cli(kinds[name], prog=f"{program} {name}", args=arguments[1:], config=config)
    else:
        first = {name: (kind.__doc__ or "").partition("\n")[0] for name, kind in kinds.items()}
        lines = {**groups, **first}.items()
        listed = tuple(Annotated[_Listed, subcommand(name, description=line)] for name, line in lines)
        choices: Any = Union[listed]  # noqa: UP007
        chosen = tyro.cli(choices, prog=program, description=about, args=arguments)
    verb: Callable[[], None] = chosen
    return verb


@dataclass(frozen=True)
class _Listed:
    """Stands for a verb in the overview, which is never run."""


def _complain(problems: Sequence[Problem]) -> int:
    for problem in problems[:MOST_SHOWN]:
        print(f"diptych: {_one_line(str(problem))}", file=sys.stderr)
    if len(problems) > MOST_SHOWN:
        print(f"diptych: and {len(problems) - MOST_SHOWN} more problems", file=sys.stderr)
    return BAD_INPUT


def _one_line(text: str) -> str:
    """The text on one line that a terminal may be given: names in bad input can hold anything."""
    plain = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return plain if len(plain) <= LONGEST_LINE else f"{plain[:LONGEST_LINE]} ..."


_REMEDIES = {
    errno.ENOSPC: "free some space or choose an --out on another disk",
    errno.EDQUOT: "free some of your quota or choose an --out on another disk",
    errno.EACCES: "change its permissions or choose another path",
    errno.EPERM: "change its permissions or choose another path",
    errno.EROFS: "choose an --out that can be written",
    errno.ENOENT: "check the path",
    errno.EISDIR: "give a file",
    errno.ENOTDIR: "give a folder",
}


def _explain(error: OSError) -> Problem:
    where = str(error.filename or error.filename2 or "the file system")
    what = (error.strerror or str(error) or type(error).__name__).lower()
    return Problem(where, what, _REMEDIES.get(error.errno or 0, "check the path and the disk, and try again"))
