"""The verb: a study is read, run as far as it is not, and answered."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from diptych.base.errors import Problems
from diptych.records.cohort import Cohort
from diptych.studies.answer import answer_study
from diptych.studies.design import read_study, study_path
from diptych.studies.running import Runner, run_locally, run_study
from diptych.studies.who_gains import subject_groups


@dataclass(frozen=True, kw_only=True)
class StudyRequest:
    """What `diptych study` is asked for."""

    name: str
    preset: str
    real: Path | None
    out: Path | None
    transfer: Path | None = None
    seeds: int | None = None
    runner: Literal["local", "ray"] = "local"
    workers: int = 2


def study(request: StudyRequest) -> tuple[str, ...]:
    """Run what is missing and write the report; gives the lines to print.

    Raises one `DiptychError` for what is missing or wrong in the request, the study file or the cohorts.
    """
    problems = Problems()
    chosen = None
    with problems.collect():
        chosen = read_study(request.name, request.preset)
    for flag, given in (("--real", request.real), ("--out", request.out)):
        if given is None:
            problems.add(flag, "is needed", "give a folder")
    problems.raise_any()
    assert chosen and request.real and request.out
    chosen = replace(chosen, seeds=request.seeds or chosen.seeds)
    cells = run_study(chosen, request.real, request.out, transfer=request.transfer, runner=_runner(request))
    groups = subject_groups(Cohort.open(request.real))
    return answer_study(chosen, cells, request.out, groups=groups, command=_command(request))


def _command(request: StudyRequest) -> str:
    """The line that runs the study again, shortest form."""
    parts = ["diptych", "study", request.name, "--preset", request.preset, "--real", str(request.real)]
    parts += ["--transfer", str(request.transfer)] if request.transfer else []
    parts += ["--seeds", str(request.seeds)] if request.seeds else []
    return shlex.join([*parts, "--out", str(request.out)])


def show(name: str, preset: str) -> str:
    """The file of a study, to begin a study of one's own with. Raises `DiptychError` for an unknown one."""
    return study_path(name, preset).read_text(encoding="utf-8")


def _runner(request: StudyRequest) -> Runner:
    if request.runner == "local":
        return run_locally
    from diptych.studies.ray_runner import RayRunner

    return RayRunner(request.workers)
