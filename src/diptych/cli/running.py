"""From the words of a command line to the one verb that they name."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union

import tyro
from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, subcommand

from diptych import __version__
from diptych.base.errors import DiptychError
from diptych.cli.catalogue import CATALOGUE
from diptych.cli.catalogue_site import SITE
from diptych.cli.cohorts import Export, Generate, Phantom
from diptych.cli.complaints import BAD_INPUT, INTERRUPTED, TERMINATED, complain, explain
from diptych.cli.compositing import Composite
from diptych.cli.downstream import DOWNSTREAM
from diptych.cli.fusing import Fuse
from diptych.cli.judging import Audit, Evaluate
from diptych.cli.locating import Locate
from diptych.cli.readers import READERS
from diptych.cli.reviewing import REVIEW
from diptych.cli.showing import Demo
from diptych.cli.studying import Study
from diptych.cli.training import Encoder, Train

Verb = Callable[[], None]

VERBS: dict[str, type[Verb]] = {
    "phantom": Phantom,
    "composite": Composite,
    "locate": Locate,
    "train": Train,
    "encoder": Encoder,
    "generate": Generate,
    "fuse": Fuse,
    "study": Study,
    "export": Export,
    "audit": Audit,
    "evaluate": Evaluate,
    "demo": Demo,
}

GROUPS = {
    "import": "Make a cohort from images that you have: a folder, a table, COCO, DICOM or a public dataset.",
    "downstream": "Train a network on a cohort, and test what it learned on real images.",
    "catalogue": "Public synthetic medical image data sets: search, compare, count, export, contribute.",
    "readers": "Ask people which images are real: make a blinded form, then read what they answered.",
}
"""Verbs that have kinds of their own."""

ABOUT = """A sentence becomes a radiograph and its mask.

See it work first: diptych demo

Then, on your own images: diptych import, diptych train --init, diptych generate, diptych evaluate, diptych
export. Each `diptych VERB --help` shows an example."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 done, 2 bad input, 130 interrupted, 143 terminated."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without UTF-8 gets \u2013, not a traceback
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        _parse(sys.argv[1:] if arguments is None else list(arguments))()
    except DiptychError as error:
        return complain(error.problems)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as error:
        return complain([explain(error)])
    except KeyboardInterrupt:
        print("diptych: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _leave(*_: object) -> None:
    """Leave as on an error, not at once: a queue ends jobs this way, and what is half-written is cleared."""
    print("diptych: terminated", file=sys.stderr)
    sys.exit(TERMINATED)


def _parse(arguments: list[str]) -> Verb:
    """The verb that was asked for; leaves with the help, or with code 2 when there is none."""
    if arguments == ["--version"]:
        return _tell_version
    group = arguments[0] if arguments else ""
    if group in GROUPS:
        return _choose(f"diptych {group}", GROUPS[group], _kinds(group), {}, arguments[1:])
    return _choose("diptych", ABOUT, VERBS, GROUPS, arguments)


def _tell_version() -> None:
    print(f"diptych {__version__}")


def _kinds(group: str) -> Mapping[str, type]:
    if group == "readers":
        return READERS
    if group == "catalogue":
        return CATALOGUE | REVIEW | SITE
    if group == "downstream":
        return DOWNSTREAM
    from diptych.sources import verbs

    return verbs()


def _choose(
    program: str, about: str, kinds: Mapping[str, type], groups: Mapping[str, str], arguments: list[str]
) -> Verb:
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
    verb: Verb = chosen
    return verb


@dataclass(frozen=True)
class _Listed:
    """Stands for a verb in the overview, which is never run."""
