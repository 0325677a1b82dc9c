"""Phantoms as samples and as cohorts on disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from diptych.base.errors import DiptychError
from diptych.prompts.grammar import render
from diptych.records.finding import Finding
from diptych.records.sample import Body, Grey, Mask, Provenance, Record, Sample

ENGINE = "diptych-phantoms/2"
"""Changes whenever the same seed would give other pixels."""


def check_seed(seed: int) -> None:
    """Raise `DiptychError` unless the seed is 0 or more."""
    if seed < 0:
        raise DiptychError.of(f"seed {seed}", "is negative", "give a number from 0")


def make_sample(
    body: Body,
    seed: int,
    pixels: tuple[Grey, Mapping[str, Mask]],
    findings: Collection[Finding],
    groups: Mapping[str, str],
) -> Sample:
    """A phantom's pixels (image, masks) with their record; id and wording follow from the seed."""
    image, masks = pixels
    text = render(body, frozenset(findings), groups, wording=seed)
    return Sample(
        record=Record(
            id=f"phantom-{body}-{seed:08d}",
            body=body,
            text=text,
            subject=f"phantom-{seed:08d}",
            layers=tuple(masks),
            findings=tuple(sorted(findings)),
            groups=dict(groups),
            licence="Apache-2.0",
            source="diptych phantoms",
            provenance=Provenance(kind="phantom", generator=ENGINE, request=text, seed=seed),
        ),
        image=image,
        masks=masks,
    )
