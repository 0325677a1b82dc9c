"""The packaged records: all load, say what they said, and cite publishers."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from diptych.catalogue import Catalogue, load_catalogue, parse_entry, write_entry
from diptych.catalogue.changes import catalogue_versions
from diptych.catalogue.loading import PACKAGED, read_entry
from diptych.catalogue.schema import SCHEMA, field_lines, schema_text
from diptych.catalogue.texts import MIRRORS
from diptych.catalogue.vocabulary import GROUP_OF, VOCABULARIES
from diptych.catalogue.writing import entry_yaml


def test_there_are_102_records_of_which_47_hold_images(catalogue: Catalogue) -> None:
    assert len(catalogue) == 102
    assert sum(entry.holds_images for entry in catalogue) == 47
    assert sum(entry.collection == "medigan" for entry in catalogue) == 23


def test_every_record_round_trips(catalogue: Catalogue, tmp_path: Path) -> None:
    assert read_entry(write_entry(catalogue["maisi"], tmp_path)) == catalogue["maisi"]
    for entry in catalogue:
        (tmp_path / f"{entry.id}.yaml").write_text(entry_yaml(entry), "utf-8")
    assert list(load_catalogue(tmp_path)) == list(catalogue)
    assert load_catalogue(tmp_path).digest == catalogue.digest


def test_the_files_are_as_they_would_be_written(catalogue: Catalogue) -> None:
    for entry in catalogue:
        assert (PACKAGED / f"{entry.id}.yaml").read_text("utf-8") == entry_yaml(entry)


def test_loading_is_quick() -> None:
    started = time.process_time()
    load_catalogue(PACKAGED)
    assert time.process_time() - started < 0.5  # 0.06 s


def test_every_claim_rests_on_a_dated_source(catalogue: Catalogue) -> None:
    for entry in catalogue:
        assert entry.sources and all(source.seen == entry.verified for source in entry.sources)
        assert all(use.source in {source.url for source in entry.sources} for use in entry.use_cases or ())


def test_no_mirror_is_shipped() -> None:
    for path in PACKAGED.iterdir():
        text = path.read_text("utf-8")
        assert not [mirror for mirror in MIRRORS if mirror in text], path.name
        assert "47.251" not in text


def test_hosts_are_publishers(catalogue: Catalogue) -> None:
    hosts = {urlsplit(source.url).hostname for entry in catalogue for source in entry.sources}
    assert hosts == {
        "arxiv.org", "build.nvidia.com", "ceur-ws.org", "docs.nvidia.com", "doi.org", "github.com",
        "huggingface.co", "jcmr-online.biomedcentral.com", "journals.plos.org", "link.springer.com",
        "openreview.net", "pmc.ncbi.nlm.nih.gov", "sorteo.cermep.fr",
        "www.nature.com",
    }  # fmt: skip


def test_the_committed_schema_is_that_of_the_models() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), "run: python -m diptych.catalogue.schema"
    assert "$defs" in json.loads(schema_text())


def test_an_unknown_id_is_answered_with_the_nearest(catalogue: Catalogue) -> None:
    from diptych.base.errors import DiptychError

    with pytest.raises(DiptychError, match="did you mean echoflow"):
        catalogue["echo-flow"]


def test_every_modality_has_its_group() -> None:
    assert set(GROUP_OF) == set(VOCABULARIES["modality"])
    assert set(GROUP_OF.values()) == set(VOCABULARIES["modality group"])


def test_the_catalogue_has_a_history_newest_first() -> None:
    versions = catalogue_versions()
    numbers = [tuple(map(int, version.version.split("."))) for version in versions]
    assert numbers == sorted(numbers, reverse=True) and len(versions) >= 2
    assert all(version.changes for version in versions)


def test_what_is_not_reported_stays_open(catalogue: Catalogue) -> None:
    bare = parse_entry(
        "{id: bare, name: Bare, kind: generator, modality: [CT], release: {seen: false},\n"
        " sources: [{url: 'https://example.org', seen: '2026-11-22'}], verified: '2026-11-22'}"
    )
    assert bare.axes == () and bare.licence_class == "unknown" and bare.labels is None
    assert bare.training.data is None and bare.release.weights is None


def test_the_reference_page_tells_every_field_and_term(root: Path) -> None:
    page = (root / "docs" / "reference" / "catalogue.md").read_text("utf-8")
    rows = [f"| {name} | {', '.join(terms)} |" for name, terms in VOCABULARIES.items()]
    missing = [row for row in (*field_lines(), *rows) if row not in page.splitlines()]
    assert missing == []


def test_a_free_licence_behind_a_gate_is_not_counted_as_free() -> None:
    entry = load_catalogue()["roentgen-v2-synthetic"]
    assert entry.licence.spdx == "MIT" and entry.licence_class == "non-commercial"
