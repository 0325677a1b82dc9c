"""A sentence to findings: what `grammar.render` writes, and much of what people write."""

from __future__ import annotations

from diptych.base.errors import DiptychError
from diptych.prompts import chest_reading, marks, panoramic_reading, tokens
from diptych.prompts.patient_reading import read_groups
from diptych.prompts.reading import Reading
from diptych.records.vocabulary import BODIES


def parse(text: str, body: str = "") -> Reading:
    """What a sentence says of a panoramic or a chest radiograph.

    The grammar is closed-world: what is not said is not there, and a tooth not said to be missing is
    present. Without `body` the words tell which it is. Words that are not known stand in
    `Reading.unknown`, and what does not fit together in `Reading.problems`; nothing is dropped in silence.

    Raises `DiptychError` for an empty sentence, for one that tells no body region, and for a tooth
    that does not exist ("tooth 19").
    """
    words = tokens.split(text)
    if not any(word not in tokens.STOPS for word in words):
        example = marks.EXAMPLES.get(body, marks.EXAMPLES["panoramic"])
        raise DiptychError.of("prompt", "is empty", f"write for example {example!r}")
    if body and body not in BODIES:
        raise DiptychError.of("body", f"unknown body region {body!r}", f"choose from {', '.join(BODIES)}")
    body = body or marks.guess_body(words)
    groups, rest, problems = read_groups(marks.match(words, body))
    found = (chest_reading if body == "chest" else panoramic_reading).read(rest)
    unknown = tuple(dict.fromkeys(found.unknown))
    problems += [
        f"{word!r} is a word for {other} radiographs, this one is read as {body}"
        for word in unknown
        if (other := marks.other_body(word, body))
    ]
    both = sorted(str(finding) for finding in found.findings & found.absent)
    problems += found.problems + [
        f"{finding} is both stated and denied; it is taken as stated" for finding in both
    ]
    return Reading(
        body=body,
        findings=frozenset(found.findings),
        groups=groups,
        counts=found.counts,
        unknown=unknown,
        absent=frozenset(found.absent - found.findings),
        problems=tuple(dict.fromkeys(problems)),
    )
