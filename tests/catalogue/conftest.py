"""A small valid record to spoil, and the packaged records."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from diptych.catalogue import Catalogue, load_catalogue

RECORD: dict[str, Any] = {
    "id": "toy",
    "name": "Toy radiographs",
    "kind": "dataset",
    "modality": ["CXR"],
    "release": {"seen": True, "parts": ["images"], "access": "open", "url": "https://example.org/toy"},
    "paper": {"title": "Toys", "dois": ["10.1234/toy"]},
    "evaluation": {"metrics": [{"name": "FID", "axes": ["fidelity"], "value": 12.5}]},
    "use_cases": [{"use": "augmentation", "because": "it says so", "source": "https://example.org/toy"}],
    "sources": [{"url": "https://example.org/toy", "seen": "2026-11-22"}],
    "verified": "2026-11-22",
}


@pytest.fixture
def record() -> dict[str, Any]:
    return copy.deepcopy(RECORD)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()
