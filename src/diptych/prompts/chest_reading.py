"""A chest sentence from marks to findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from diptych.prompts.chest_clauses import areas_of
from diptych.prompts.items import Mention, sentences
from diptych.prompts.joining import Joiner, Rules
from diptych.prompts.laterality import SIDES
from diptych.prompts.lung_sites import BILATERAL, LEVELS, UNILATERAL, LungReader
from diptych.prompts.marks import Mark
from diptych.prompts.panoramic_reading import Found
from diptych.records.finding import Finding
from diptych.records.vocabulary import ZONES

SIDED = ("effusion", "pneumothorax")
OPAQUE = ("consolidation", "infiltration", "ground glass", "pneumonia", "atelectasis")
"""Findings of the whole image that, where a zone is given, are an opacity in that zone too."""

RULES = Rules(
    whole=lambda _: True,
    takes=lambda _: True,
    fits=lambda name, sites: (name in SIDED) != any(" " in site for site in sites),
    shares=lambda name: name in SIDED,
    apart=True,
)


def read(marks: Sequence[Mark]) -> Found:
    """Findings by zone, by side and of the whole image, what is denied, counts and doubts."""
    reader = LungReader(marks)
    found = Found(unknown=reader.unknown)
    mentions = [
        mention for sentence in sentences(reader.items) for mention in Joiner(sentence, RULES).mentions
    ]
    for negated, into in ((False, found.findings), (True, found.absent)):
        told = [mention for mention in mentions if mention.negated == negated]
        for name in dict.fromkeys(mention.name for mention in told):
            same = [mention for mention in told if mention.name == name]
            into.update(_resolve(name, same, found, quiet=negated))
    _count(mentions, found)
    return found


def _resolve(name: str, told: Sequence[Mention], found: Found, *, quiet: bool) -> set[Finding]:
    """The findings that all mentions of one name amount to."""
    sites = set().union(*(mention.sites or () for mention in told))
    unspecified = any(mention.unspecified for mention in told)
    if name == "opacity":
        places, notes = _zones(sites)
    elif name in SIDED:
        places, notes = _sides(sites)
    else:
        zones = {site for site in sites if site in ZONES} if name in OPAQUE else set()
        return {Finding(name), *(Finding("opacity", zone) for zone in zones)}
    found.problems += [] if quiet else [f"{name}: {note}" for note in notes]
    if unspecified or not places:
        places = {*places, ""}
    return {Finding(name, place) for place in places}


def _zones(sites: Collection[str]) -> tuple[set[str], list[str]]:
    """Zones named, and whole lungs where only a side is given."""
    zones = {site for site in sites if site in ZONES}
    notes = [f"the side of the {site.strip()} zone is not stated" for site in sorted(sites) if site[0] == " "]
    for side in SIDES:
        if side in sites and not any(zone.startswith(side) for zone in zones):
            zones.update(f"{side} {level}" for level in LEVELS)
            notes.append(f"no zone of the {side} lung is stated; all of it is meant here")
    if BILATERAL in sites and not zones:
        zones.update(ZONES)
        notes.append("bilateral without zones; all zones are meant here")
    return zones, notes + _reach(sites, {zone.split()[0] for zone in zones})


def _sides(sites: Collection[str]) -> tuple[set[str], list[str]]:
    sides = {side for side in SIDES if any(site.split()[:1] == [side] for site in sites)}
    if BILATERAL in sites and not sides:
        return set(SIDES), []
    return sides, _reach(sites, sides)


def _reach(sites: Collection[str], sides: Collection[str]) -> list[str]:
    """Whether "bilateral" and "unilateral" agree with the sides named."""
    if BILATERAL in sites and len(sides) == 1:
        return [f"said to be bilateral, but only the {next(iter(sides))} side is named"]
    if UNILATERAL in sites and len(sides) == 2:
        return ["said to be unilateral, but both sides are named"]
    return []


def _count(mentions: Sequence[Mention], found: Found) -> None:
    """Stated numbers, and whether the number of opacities can be true of the zones named.

    Each stretch of neighbouring zones holds at least one area, and each zone at most one.
    """
    for mention in mentions:
        if mention.number and not mention.negated:
            found.counts[mention.name] = mention.number
    zones = [finding.site for finding in found.findings if finding.name == "opacity" and finding.site]
    count = found.counts.get("opacity", 0)
    least = sum(areas_of([zone.split()[1] for zone in zones if zone.startswith(side)]) for side in SIDES)
    if count and zones and not least <= count <= len(zones):
        found.problems.append(f"number of opacities stated: {count}; zones named: {len(zones)}")
