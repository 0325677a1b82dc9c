"""Jobs on Ray: on this machine's cores, or on the cluster that RAY_ADDRESS names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from diptych.base.errors import DiptychError
from diptych.base.optional import optional

T = TypeVar("T")

RETRIES = 3
"""How often a job is begun again whose worker died; it starts from its address, so its result is the same."""


class RayRunner:
    """Runs `workers` jobs at once, each on one core, and hands over results as they come.

    On a cluster all machines must see the study's folder. Nothing is reported to Ray's makers.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __call__(self, jobs: Sequence[Callable[[], T]]) -> Iterator[T]:
        """Results as jobs end. Raises what a job raises, and `DiptychError` without Ray."""
        ray = optional("ray", "--runner ray")
        if not ray.is_initialized():
            _begin(ray, self.workers)
        do = ray.remote(num_cpus=1, max_retries=RETRIES)(_do)
        waiting = [do.remote(job) for job in jobs]
        while waiting:
            done, waiting = ray.wait(waiting)
            try:
                yield ray.get(done[0])
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None
            except ray.exceptions.RayError as error:
                what = f"a worker died {RETRIES + 1} times ({type(error).__name__})"
                remedy = "run it again with fewer --workers: nothing that was finished is lost"
                raise DiptychError.of("--runner ray", what, remedy) from None


def _do(job: Callable[[], T]) -> T:
    return job()


def _begin(ray: object, workers: int) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # A cluster has its own cores; Ray reads its address from the environment.
    own = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": workers, "include_dashboard": False}
    ray.init(log_to_driver=False, logging_level="ERROR", **own)  # type: ignore[attr-defined]
