"""Search: questions of people are answered, nothing is query syntax, the cache is safe, filters filter."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from diptych.base.errors import DiptychError
from diptych.catalogue import Catalogue
from diptych.catalogue.filters import HAS, Filters
from diptych.catalogue.index import Index
from diptych.catalogue.searching import search, suggestion
from diptych.catalogue.synonyms import CONCEPTS, index_tokens, question_phrases, words

QUESTIONS = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text("utf-8"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def ids(text: str = "", limit: int = 10, **filters: object) -> list[str]:
    return [hit.entry.id for hit in search(text, filters=Filters(**filters), limit=limit)]


def test_thirty_questions_recall_at_five(catalogue: Catalogue) -> None:
    assert len(QUESTIONS) == 30
    shares = []
    for question in QUESTIONS:
        assert 1 <= len(question["expect"]) <= 5
        assert all(catalogue[name] for name in question["expect"])
        found = ids(question["ask"], limit=5)
        shares.append(sum(name in found for name in question["expect"]) / len(question["expect"]))
    assert sum(shares) / len(shares) >= 0.9


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("CXR", "chest x-ray"),
        ("CXR", "Chest Radiographs"),
        ("OPG", "panoramic radiograph"),
        ("orthopantomogram", "OPG"),
        ("mammograms", "mammography"),
        ("segmentation", "segmentation masks"),
        ("tumor", "tumour"),
        ("MR", "magnetic resonance imaging"),
        ("cardiac ultrasound", "echocardiography"),
    ],
)
def test_synonyms_find_the_same_records(asked: str, same: str) -> None:
    assert ids(asked, limit=5) and set(ids(asked, limit=100)) == set(ids(same, limit=100))


def test_a_kind_is_found_by_what_it_is_a_kind_of() -> None:
    found = ids("radiographs", limit=100)
    assert {"pano-gan", "roentgen-v1", "knee-oa-deepfakes", "m-synth"} <= set(found)
    assert "opencovidgan" in ids("COVID chest", limit=100)


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", '"chest', "NEAR(a b)", "a AND", "OR", "NOT chest", "chest*", "name:chest",
        "^chest", "(", "-chest", "{name} : x", "a+b", "\\", "%", ";DROP TABLE ids", "😀",
        "胸部X線", "рентген", "\x00", "\ud800", "a" * 100_000, "x " * 50_000, "\n\t", "col:(", "é" * 500,
    ],
)  # fmt: skip
def test_no_text_is_query_syntax(text: str) -> None:
    assert isinstance(search(text), tuple)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("mamography", "mammography"),
        ("osteoartritis kne", "osteoarthritis knee"),
        ("knee", ""),
        ("qqqqq", ""),
    ],
)
def test_a_slip_is_answered_with_the_word_that_was_meant(
    catalogue: Catalogue, asked: str, meant: str
) -> None:
    assert suggestion(asked, catalogue) == meant


def test_operators_are_words() -> None:
    assert ids("knee NOT osteoarthritis")[0] == "knee-oa-deepfakes"
    assert ids('"knee"')[0] == "knee-oa-deepfakes"


def test_without_words_the_newest_come_first() -> None:
    found = search(limit=100)
    years = [hit.entry.year or 0 for hit in found]
    assert years == sorted(years, reverse=True) and {hit.score for hit in found} == {0.0}


def test_scores_fall_and_the_limit_holds() -> None:
    found = search("brain MRI diffusion", limit=7)
    assert len(found) == 7
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    with pytest.raises(DiptychError, match="too small"):
        search("brain", limit=0)


def test_filters_hold_together_with_words(catalogue: Catalogue) -> None:
    found = search("chest x-ray", filters=Filters(licence=("permissive",), family=("diffusion",)), limit=100)
    assert found
    for hit in found:
        assert hit.entry.licence_class == "permissive" and "diffusion" in hit.entry.generator.families
    assert ids(modality=("dermatology",), limit=100) == ids(
        modality=("dermoscopy", "skin photograph", "skin image"), limit=100
    )
    assert set(ids(has=("privacy", "utility"), limit=100)) == {
        entry.id for entry in catalogue if {"privacy", "utility"} <= set(entry.axes)
    }
    assert set(ids(licence=("unknown",), limit=200)) == {e.id for e in catalogue if not e.licence.words}
    assert len(ids(kind=("dataset",), limit=200)) == 47


@pytest.mark.parametrize(
    ("year", "years"),
    [("2024", {2024}), ("2025-", {2025, 2026}), ("-2019", {2016, 2019}), ("2021-2022", {2021, 2022})],
)
def test_years_are_ranges(year: str, years: set[int]) -> None:
    assert {hit.entry.year for hit in search(filters=Filters(year=year), limit=200)} == years


def test_all_wrong_filters_are_told_at_once() -> None:
    with pytest.raises(DiptychError) as caught:
        Filters(modality=("xray",), licence=("free",), has=("weight",), year="24")
    told = [str(problem) for problem in caught.value.problems]
    assert [line.split(":")[0] for line in told] == ["--modality", "--licence", "--has", "--year"]
    assert "permissive" in told[1] and all(name in told[2] for name in HAS)


def test_the_index_is_kept_and_made_anew_for_other_records(catalogue: Catalogue, tmp_path: Path) -> None:
    ranked = Index(catalogue, tmp_path).ranked([("knee",)])
    (kept,) = tmp_path.glob("catalogue/*.sqlite")
    stamp = kept.stat().st_mtime_ns
    assert Index(catalogue, tmp_path).ranked([("knee",)]) == ranked
    assert kept.stat().st_mtime_ns == stamp
    fewer = Catalogue(tuple(entry for entry in catalogue if entry.id != "knee-oa-deepfakes"))
    assert ranked and Index(fewer, tmp_path).ranked([("knee",)]) == []
    assert len(list(tmp_path.glob("catalogue/*"))) == 2


def test_old_indexes_are_cleared(catalogue: Catalogue, tmp_path: Path) -> None:
    for size in range(2, 9):
        Index(Catalogue(catalogue.entries[:size]), tmp_path).close()
    assert len(list(tmp_path.glob("catalogue/*"))) == 4


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 4000, None])
def test_a_damaged_index_is_made_again(catalogue: Catalogue, tmp_path: Path, damage: bytes | None) -> None:
    expected = Index(catalogue, tmp_path).ranked([("knee",)])
    (kept,) = tmp_path.glob("catalogue/*.sqlite")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert Index(catalogue, tmp_path).ranked([("knee",)]) == expected
    assert kept.read_bytes()[:15] == b"SQLite format 3"


def test_an_index_of_fewer_records_under_this_name_is_not_believed(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    Index(catalogue, tmp_path / "all").close()
    Index(Catalogue(catalogue.entries[:9]), tmp_path / "few").close()
    (kept,), (few,) = (list((tmp_path / name).glob("catalogue/*.sqlite")) for name in ("all", "few"))
    kept.write_bytes(few.read_bytes())
    assert Index(catalogue, tmp_path / "all").ranked([("knee",)])[0][0] == "knee-oa-deepfakes"


def test_without_a_place_for_the_cache_the_index_is_in_memory(catalogue: Catalogue, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert Index(catalogue, blocked).ranked([("knee",)])[0][0] == "knee-oa-deepfakes"
    assert blocked.read_text() == "not a folder"


def test_every_phrase_belongs_to_one_concept_and_kinds_exist() -> None:
    tokens = {concept.token for concept in CONCEPTS}
    assert len(tokens) == len(CONCEPTS)
    kinds = {kind for concept in CONCEPTS for kind in concept.kinds}
    assert kinds <= tokens, kinds - tokens


def test_words_are_plain() -> None:
    assert words("Échographie, X-rays & Biopsies (CSAW_MLO)") == [
        "echographie",
        "x",
        "ray",
        "biopsy",
        "csaw",
        "mlo",
    ]
    assert index_tokens("CXR") == ["cxr", "cxr0concept", "xray0concept", "chest0concept"]
    assert question_phrases("the chest X-rays of the knee") == [
        ("cxr0concept",), ("chest", "x", "ray"), ("knee",),
    ]  # fmt: skip
