"""What a layout is asked to show: a list or a sentence, read to one typed request or refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from diptych.base.errors import DiptychError, Problems, within
from diptych.phantoms import chest_cases, dental_cases
from diptych.prompts.grammar import render
from diptych.prompts.parser import parse
from diptych.prompts.reading import Reading, shown
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.sample import Body

_FULL = re.compile(r"(^|[,;:.])\s*(?:all )?32 teeth\s*(?=[,;:.]|$)", re.IGNORECASE)
"""In a list, "32 teeth" is what the exceptions that follow are taken from."""
_TITLE = {"panoramic": "panoramic radiograph", "chest": "chest radiograph"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """Exactly these findings, and no others: the closed world of the sentences."""

    body: Body
    findings: frozenset[Finding] = frozenset()
    groups: tuple[tuple[str, str], ...] = ()
    """Group attributes (name, value), sorted."""

    @property
    def present(self) -> tuple[int, ...]:
        """The teeth that are there, in the order of `FDI`; none in a chest."""
        if self.body == "chest":
            return ()
        lost = self.teeth("missing")
        return tuple(fdi for fdi in FDI if fdi not in lost)

    @property
    def text(self) -> str:
        """The plain sentence that asks for this."""
        return render(self.body, self.findings, dict(self.groups))

    def teeth(self, name: str) -> frozenset[int]:
        """The teeth with this finding."""
        return frozenset(int(f.site) for f in self.findings if f.name == name and f.site)


def make_request(
    body: Body, findings: Collection[Finding], groups: Mapping[str, str] | None = None
) -> Request:
    """A request for these findings; an implant's tooth is missing, so that is added.

    Raises one `DiptychError` with all that is unknown, contradicts something, or cannot be seen.
    """
    cases = dental_cases if body == "panoramic" else chest_cases
    case = cases.check_case(findings)
    who = tuple(sorted((groups or {}).items()))
    if body == "chest":
        known = ("view", "age_group", "sex")
        chest_cases.check_groups({name: value for name, value in who if name in known})
    else:
        _check_seen(case)
    return Request(body=body, findings=case, groups=who)


def read_request(text: str, body: str = "") -> Request:
    """What a list ("32 teeth, 36 missing, 46 periapical lesion") or a sentence asks for.

    `body` is told by the words where it is not given. Raises one `DiptychError`, a line each, for
    unknown words, numbers that do not add up, places left open, and whatever `make_request` refuses.
    """
    bare = _FULL.sub(r"\1", text)
    if bare != text:
        body, bare = body or "panoramic", bare.strip(" ,;:.") or _TITLE["panoramic"]
    where, problems = f"request {shown(text)!r}", Problems()
    with within(where):
        reading = parse(bare, body)
    for note in reading.notes:
        problems.add(where, note, _remedy(reading))
    problems.raise_any()
    with within(where):
        return make_request(
            "chest" if reading.body == "chest" else "panoramic", reading.findings, reading.groups
        )


def _remedy(reading: Reading) -> str:
    """What helps where numbers of teeth do not add up, or else words are not clear."""
    stated = reading.counts.get("teeth", -1)
    if stated == len(FDI) and any(finding.name == "missing" for finding in reading.findings):
        return "set '32 teeth' apart by a comma, as in '32 teeth, 36 missing'"
    if stated == 0:
        return "write 'edentulous' if no tooth is left"
    return "say exactly what is wanted"


def draw_request(body: Body, seed: int) -> Request:
    """A request at the rates of the phantoms; it depends on the seed (>= 0) alone."""
    rng = np.random.default_rng([seed, 31])
    if body == "chest":
        case, groups = chest_cases.draw_case(rng), chest_cases.draw_groups(rng)
        return make_request(body, case, groups)
    return make_request(body, dental_cases.draw_case(rng))


def _check_seen(case: frozenset[Finding]) -> None:
    """Refuse what no layout can show: findings under others, and work without a place to be."""
    problems = Problems()
    for finding, over in sorted(dental_cases.hidden(case)):
        problems.add(f"finding {finding}", f"cannot be seen with {over} there", "drop one of the two")
    lost = {int(f.site) for f in case if f.name == "missing"}
    buried = {int(f.site) for f in case if f.name == "impacted"}
    crowned = {int(f.site) for f in case if f.name == "crown"}
    front = {fdi for fdi in FDI if fdi % 10 < 8}
    if Finding("appliance") in case and not front - lost - buried:
        problems.add("finding appliance", "has no tooth to hold on to", "ask for more teeth")
    if Finding("implant") in case and not front & lost:
        problems.add("finding implant", "has no gap to stand in", "say which tooth it stands for")
    if Finding("restoration") in case and not set(FDI) - lost - buried - crowned:
        problems.add("finding restoration", "has no tooth to be in", "ask for more teeth")
    problems.raise_any()


def check_body(request: Request, body: Body, who: str) -> None:
    """Raise `DiptychError` unless the request is for this body region."""
    if request.body != body:
        what = f"composes {body} layouts, the request is for the {request.body}"
        raise DiptychError.of(who, what, "choose another composer or another request")
