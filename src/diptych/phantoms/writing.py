"""Phantoms as samples and as cohorts on disk."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from diptych.records.finding import Finding
from diptych.records.sample import Body, Grey, Mask, Provenance, Record, Sample

ENGINE = "phantom/1"
WORDINGS = 8


def make_sample(
    body: Body,
    seed: int,
    image: Grey,
    masks: Mapping[str, Mask],
    findings: Collection[Finding],
    groups: Mapping[str, str],
) -> Sample:
    """A phantom's pixels with their record: id and text follow from the seed."""
    return Sample(
        record=Record(
            id=f"phantom-{body}-{seed:08d}",
            body=body,
            text=_sentence(body, seed, findings, groups),
            subject=f"phantom-{seed:08d}",
            layers=tuple(masks),
            findings=tuple(sorted(findings)),
            groups=dict(groups),
            licence="Apache-2.0",
            source="diptych phantoms",
            provenance=Provenance(kind="phantom", generator=ENGINE, seed=seed),
        ),
        image=image,
        masks=masks,
    )


def _sentence(body: Body, seed: int, findings: Collection[Finding], groups: Mapping[str, str]) -> str:
    try:
        from diptych.prompts.grammar import render
    except ImportError:
        return ""
    return render(body, frozenset(findings), groups, wording=seed % WORDINGS)
