"""Scores open into their items, and no value of a metric moves one."""

from __future__ import annotations

from typing import Any

import pytest

from diptych.catalogue import Catalogue, parse_entry
from diptych.catalogue.scores import NOT_REPORTED, completeness, coverage, reproducibility, scores
from diptych.catalogue.vocabulary import AXES


def test_a_score_is_the_share_of_its_items(catalogue: Catalogue) -> None:
    for entry in catalogue:
        for score, size in zip(scores(entry), (15, 5, 8), strict=True):
            assert len(score.items) == size
            assert score.value == sum(item.met for item in score.items) / size
            assert all((item.known == NOT_REPORTED) != item.met for item in score.items)
            assert len(score.lines()) == size + 1


def test_coverage_opens_into_the_axes_that_the_entry_covers(catalogue: Catalogue) -> None:
    for entry in catalogue:
        items = coverage(entry).items
        assert tuple(item.name for item in items) == AXES
        assert tuple(item.name for item in items if item.met) == entry.axes


def test_a_known_record_has_the_score_that_its_card_supports(catalogue: Catalogue) -> None:
    told = {item.name: item.met for item in completeness(catalogue["neurazum-tumor-stages"]).items}
    assert [name for name, met in told.items() if met] == ["licence", "generator", "DOI or address"]
    assert completeness(catalogue["generatect"]).met == 12


def test_a_simulator_needs_no_weights_to_be_made_again(catalogue: Catalogue) -> None:
    items = {item.name: item for item in reproducibility(catalogue["t-synth"]).items}
    assert items["weights"].met and items["training data"].met and items["code"].met and items["licence"].met
    assert not items["seeds"].met


def test_no_seeds_are_published_by_any_record_seen(catalogue: Catalogue) -> None:
    assert max(reproducibility(entry).met for entry in catalogue) == 4


@pytest.mark.parametrize("value", [0.001, 500.0])
def test_the_value_of_a_metric_moves_no_score(catalogue: Catalogue, value: float) -> None:
    entry = catalogue["pathldm"]
    metric = entry.evaluation.metrics[0].model_copy(update={"value": value})
    evaluation = entry.evaluation.model_copy(update={"metrics": (metric,)})
    other = entry.model_copy(update={"evaluation": evaluation})
    assert [score.value for score in scores(other)] == [score.value for score in scores(entry)]


def test_what_is_reported_moves_the_scores(record: dict[str, Any]) -> None:
    import json

    before = [score.met for score in scores(parse_entry(json.dumps(record)))]
    record["evaluation"]["privacy"] = {"method": "membership inference"}
    record["generator"] = {"seeds_published": True}
    record["licence"] = {"words": "MIT", "spdx": "MIT", "family": "MIT"}
    after = [score.met for score in scores(parse_entry(json.dumps(record)))]
    assert [late - early for early, late in zip(before, after, strict=True)] == [2, 2, 1]
