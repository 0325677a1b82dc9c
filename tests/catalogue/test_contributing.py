"""A record comes in: asked for or from a file, checked, compared with what is there, written whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue import Catalogue, load_catalogue, parse_entry
from diptych.catalogue.adding import QUESTIONS, add_entry, ask_entry
from diptych.catalogue.duplicates import duplicates, duplicates_of, plain_address
from diptych.catalogue.validating import validate
from diptych.catalogue.writing import write_entry


def speaker(answers: dict[str, list[str]], heard: list[str]) -> Callable[[str], str]:
    """Answers questions by how they begin, in turn; nothing where there is no answer."""

    def ask(prompt: str) -> str:
        heard.append(prompt)
        last = prompt.splitlines()[-1]
        key = next((key for key in answers if last.startswith(key)), "")
        return answers[key].pop(0) if key and answers[key] else ""

    return ask


ANSWERS = {
    "Short id": ["New Set", "new-set"],
    "Name": ["New set \U0001f9b7"],
    "What it is": ["data", "dataset"],
    "Year": ["24", "2024"],
    "Modality": ["X-RAY", "CXR, CT"],
    "Number of": ["many", "500"],
    "Counted": ["images"],
    "Labels": ["masks,text"],
    "Family of the generator": ["GAN"],
    "Address of the data": ["example.org", "https://example.org/new"],
    "Licence": ["CC-BY-4.0"],
    "DOI": ["10.1234/a b", "10.1234/ab"],
    "Address where": ["", "https://example.org/new"],
}


def fresh() -> dict[str, list[str]]:
    return {key: list(answers) for key, answers in ANSWERS.items()}


def test_answers_become_a_record_and_wrong_ones_are_asked_again() -> None:
    heard: list[str] = []
    entry = ask_entry(speaker(fresh(), heard))
    assert (entry.id, entry.kind, entry.year) == ("new-set", "dataset", 2024)
    assert entry.name == "New set \U0001f9b7"
    assert entry.modality == ("CXR", "CT") and entry.labels == ("masks", "text") and entry.size.n == 500
    assert (entry.licence.spdx, entry.licence.family) == ("CC-BY-4.0", "CC BY")
    assert entry.release.seen and entry.paper.dois == ("10.1234/ab",)
    assert entry.sources[0].seen == entry.verified
    told = [prompt.splitlines()[0] for prompt in heard if "\n" in prompt]
    assert len(heard) == len(QUESTIONS) + 8 and len(told) == 8
    assert any("is no DOI" in line for line in told) and any("is no id" in line for line in told)


def test_a_licence_of_own_words_is_kept_as_such() -> None:
    answers = fresh() | {"Licence": ["Our own terms"]}
    entry = ask_entry(speaker(answers, []))
    assert (entry.licence.words, entry.licence.spdx, entry.licence.family) == ("Our own terms", None, "other")
    entry = ask_entry(speaker(fresh() | {"Licence": [], "Family of that": ["MIT"]}, []))
    assert entry.licence_class == "unknown"


def test_answers_that_end_leave_nothing(tmp_path: Path) -> None:
    def silent(prompt: str) -> str:
        raise EOFError

    with pytest.raises(DiptychError, match="answers ended"):
        add_entry(None, tmp_path, ask=silent)
    assert list(tmp_path.iterdir()) == []


def put(record: dict[str, Any], path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps(record | changes))
    return path


def test_a_record_from_a_file_is_added_once(record: dict[str, Any], tmp_path: Path) -> None:
    source = put(record, tmp_path / "mine.yaml")
    folder = tmp_path / "records"
    folder.mkdir()
    assert add_entry(source, folder) == folder / "toy.yaml"
    assert load_catalogue(folder)["toy"].name == "Toy radiographs"
    with pytest.raises(DiptychError, match="already has a record 'toy'"):
        add_entry(source, folder)
    (folder / "toy.yaml").rename(folder / "toy.yml")
    with pytest.raises(DiptychError, match="already has a record 'toy'"):
        add_entry(source, folder)


def test_what_may_be_there_already_is_refused(record: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "records"
    add_entry(put(record, tmp_path / "a.yaml"), folder)
    same_url = put(record, tmp_path / "b.yaml", id="other", name="Something else", paper={})
    with pytest.raises(DiptychError, match=r"both are at example\.org/toy.*edit that record"):
        add_entry(same_url, folder, distinct=True)
    release = {"seen": False}
    same_doi = put(record, tmp_path / "c.yaml", id="other", name="Something else", release=release)
    with pytest.raises(DiptychError, match=r"DOI 10\.1234/toy.*--distinct"):
        add_entry(same_doi, folder)
    assert add_entry(same_doi, folder, distinct=True).exists()
    alike = put(record, tmp_path / "d.yaml", id="third", name="Toy radiograph", paper={}, release=release)
    with pytest.raises(DiptychError, match="names are alike"):
        add_entry(alike, folder)
    assert {path.stem for path in folder.iterdir()} == {"toy", "other"}


def test_a_faulty_record_is_not_written(record: dict[str, Any], tmp_path: Path) -> None:
    source = put(record, tmp_path / "mine.yaml", kind="data", year="x")
    with pytest.raises(DiptychError) as caught:
        add_entry(source, tmp_path / "records")
    assert len(caught.value.problems) == 2 and not (tmp_path / "records").exists()


def test_the_packaged_records_are_valid() -> None:
    told = validate()
    assert len(told.catalogue) == 102
    assert [(twins.first, twins.second) for twins in told.doubtful] == [
        ("ldm-100k-brains", "sinkove-synthetic-brain-mri")
    ]


def test_records_at_one_address_are_a_fault(catalogue: Catalogue, tmp_path: Path) -> None:
    write_entry(catalogue["cheff"], tmp_path)
    write_entry(catalogue["cheff"].model_copy(update={"id": "cheff-again"}), tmp_path)
    with pytest.raises(DiptychError, match="is at the address of cheff"):
        validate(tmp_path)


def test_planted_duplicates_are_found_and_no_others(catalogue: Catalogue) -> None:
    copies = {entry.id: entry.model_copy(update={"id": f"{entry.id}-copy"}) for entry in catalogue}
    found = {frozenset((twins.first, twins.second)) for twins in duplicates([*catalogue, *copies.values()])}
    assert {frozenset((entry, copy.id)) for entry, copy in copies.items()} <= found
    others = {frozenset(name.removesuffix("-copy") for name in pair) for pair in found}
    doubtful = frozenset(("ldm-100k-brains", "sinkove-synthetic-brain-mri"))
    assert {pair for pair in others if len(pair) == 2} == {doubtful}


def test_a_new_record_is_compared_with_all(catalogue: Catalogue) -> None:
    (twins,) = duplicates_of(catalogue["cheff"].model_copy(update={"id": "new"}), catalogue)
    assert twins.sure and {twins.first, twins.second} == {"cheff", "new"}
    assert duplicates_of(catalogue["cheff"], catalogue) == ()


def test_addresses_are_compared_without_their_trimmings() -> None:
    assert plain_address("http://www.A.org/x/?y=1#z") == plain_address("https://a.org/X") == "a.org/x"


def test_records_of_a_series_are_not_alike(record: dict[str, Any]) -> None:
    pair = [
        parse_entry(json.dumps(record | {"id": f"t{n}", "name": f"Toy radiographs {n}", "paper": {},
                                         "release": {"seen": False}}))
        for n in (1, 2)
    ]  # fmt: skip
    assert duplicates(pair) == ()
