"""Requests that together have a wanted number of every finding: class balance, met exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from diptych.base.errors import DiptychError, Problems
from diptych.layouts.requests import Request, make_request
from diptych.records.finding import Finding
from diptych.records.sample import Body
from diptych.records.vocabulary import check_finding


def draw_balanced(
    body: Body, wanted: Mapping[Finding, int], count: int, seed: int = 0
) -> tuple[Request, ...]:
    """`count` requests of which exactly `wanted[finding]` have each finding, and no other finding at all.

    Findings are spread so that every request can be shown: what contradicts a finding that a request
    already has goes to another one. An implant makes its tooth missing, which counts as missing; where
    that is wanted more often, the rest is added. The order and the mixture depend on the seed alone.
    Raises `DiptychError` for unknown findings, for more of one than requests, and for sets that
    contradict each other too often to be spread.
    """
    problems = Problems()
    for finding, times in sorted(wanted.items()):
        with problems.collect():
            check_finding(body, finding, f"balance, {finding}")
        if not 0 <= times <= count:
            problems.add(f"balance, {finding}", f"is wanted {times} times in {count}", "give 0 to the count")
    problems.raise_any()
    rng = np.random.default_rng([seed, 60])
    cases: list[set[Finding]] = [set() for _ in range(count)]
    for finding in _hardest_first(wanted):
        _spread(body, finding, wanted[finding], cases, rng)
    return tuple(make_request(body, case) for case in cases)


def histogram(requests: tuple[Request, ...]) -> dict[Finding, int]:
    """How many of the requests have each finding."""
    counts: dict[Finding, int] = {}
    for request in requests:
        for finding in request.findings:
            counts[finding] = counts.get(finding, 0) + 1
    return dict(sorted(counts.items()))


def _hardest_first(wanted: Mapping[Finding, int]) -> list[Finding]:
    """Implants before missing teeth, findings of a tooth before those of the whole image, then by number."""
    return sorted(wanted, key=lambda f: (not f.site, f.name != "implant", f.name != "missing", -wanted[f], f))


def _spread(
    body: Body, finding: Finding, times: int, cases: list[set[Finding]], rng: np.random.Generator
) -> None:
    """Add a finding to so many of the cases that can take it, those with the fewest findings first."""
    implied = sum(finding in case for case in cases)
    if implied > times:
        what = f"is wanted {times} times, and {implied} implants stand in its place"
        raise DiptychError.of(f"balance, {finding}", what, "want it as often as the implant")
    times -= implied
    free = [at for at, case in enumerate(cases) if finding not in case and _fits(body, case | {finding})]
    if len(free) < times:
        what = f"fits into {len(free)} of {len(cases)} requests beside the other findings"
        raise DiptychError.of(f"balance, {finding}", what, "want fewer of it, or more requests")
    order = rng.permutation(len(free))
    chosen = sorted(order, key=lambda at: len(cases[free[at]]))[:times]
    for at in chosen:
        cases[free[at]].add(finding)
        if finding.name == "implant" and finding.site:
            cases[free[at]].add(Finding("missing", finding.site))


def _fits(body: Body, case: set[Finding]) -> bool:
    try:
        make_request(body, case)
    except DiptychError:
        return False
    return True
