"""A panoramic sentence from marks to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from diptych.prompts import teeth
from diptych.prompts.items import Mention, sentences
from diptych.prompts.joining import Joiner, Rules
from diptych.prompts.marks import Mark
from diptych.prompts.tooth_sites import ALL, ToothReader, teeth_text, to_sites
from diptych.records.finding import Finding
from diptych.records.vocabulary import SITES, TOOTH_FINDINGS

_SITES = SITES["panoramic"]
_ALONE = ("missing", "impacted")
"""Findings that are never one of a list on a tooth ("a crown and caries")."""

RULES = Rules(
    whole=lambda name: "" in _SITES[name],
    takes=lambda name: name in TOOTH_FINDINGS,
    fits=lambda name, _: name in TOOTH_FINDINGS,
    shares=lambda name: name in TOOTH_FINDINGS and name not in _ALONE,
    everywhere=ALL,
)


@dataclass(kw_only=True)
class Found:
    """What the body-specific half of the parser found."""

    findings: set[Finding] = field(default_factory=set)
    absent: set[Finding] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(marks: Sequence[Mark]) -> Found:
    """Findings on teeth and of the whole image, what is denied, counts and doubts.

    Raises `DiptychError` naming every number that should be a tooth and is not.
    """
    reader = ToothReader(marks)
    reader.errors.raise_any()
    found = Found(unknown=reader.unknown, problems=reader.notes)
    vague: list[Mention] = []
    for sentence in sentences(reader.items):
        joiner = Joiner(sentence, RULES)
        for mention in joiner.mentions:
            if not _settle(mention, found):
                vague.append(mention)
        if joiner.idle:
            found.problems.append(
                f"teeth {teeth_text(frozenset(map(int, joiner.idle)))}: nothing is said of them"
            )
    for mention in vague:
        _explain(mention, found)
    _check_teeth(reader.counts, found)
    return found


def _settle(mention: Mention, found: Found) -> bool:
    """Note a mention's findings; False when it names no tooth but must."""
    into = found.absent if mention.negated else found.findings
    sites = mention.sites
    if mention.number and not mention.negated:
        found.counts[mention.name] = mention.number
    if sites is not None and mention.name in TOOTH_FINDINGS:
        into.update(Finding(mention.name, site) for site in sites)
        if mention.number not in (0, len(sites)):
            found.problems.append(f"{mention.number} {mention.name}, but {len(sites)} teeth named")
        return True
    if RULES.whole(mention.name) or mention.negated:
        into.add(Finding(mention.name))
        if sites and not mention.negated:
            told = teeth_text(frozenset(map(int, sites)))
            found.problems.append(f"{mention.name} is said of the whole image: teeth {told} are not heard")
        return True
    return False


def _explain(mention: Mention, found: Found) -> None:
    """A finding without its teeth: all or none of them by its number, or a problem."""
    if mention.name != "missing":
        found.problems.append(f"{mention.name}: which tooth? write for example '{mention.name} on tooth 36'")
    elif mention.number == len(teeth.FDI):
        found.findings.update(Finding("missing", site) for site in to_sites(teeth.FDI))
    elif not any(finding.name == "missing" for finding in found.findings):
        found.problems.append("missing teeth: which? write for example 'teeth 18 and 28 missing'")


def _check_teeth(counts: Sequence[int], found: Found) -> None:
    """Stated numbers of teeth against the teeth that are missing."""
    gone = sum(finding.name == "missing" for finding in found.findings)
    present = len(teeth.FDI) - gone
    extra = Finding("supernumerary") in found.findings
    for count in counts:
        found.counts["teeth"] = count
        if count != present and not (extra and count > present):
            found.problems.append(f"{count} teeth stated, but {gone} named missing, which leaves {present}")
    missing = found.counts.get("missing", gone)
    if missing != gone and gone:
        found.problems.append(f"{missing} teeth stated to be missing, but {gone} named")
